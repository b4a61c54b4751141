"""Prints how a stack is: `stack_status.py STACK`, and nothing where there is none."""

import os
import sys

import boto3
from botocore.exceptions import ClientError

client = boto3.client("cloudformation", endpoint_url=os.environ.get("AWS_ENDPOINT_URL"))
try:
    print(client.describe_stacks(StackName=sys.argv[1])["Stacks"][0]["StackStatus"])
except ClientError as error:
    if "does not exist" not in str(error):
        raise
