"""Brings the console's files into the bucket of a stack: `publish_console.py STACK RELEASE FOLDER FILES`, prints where the console is. An empty RELEASE is any.

What pages refer to comes first and stays, so that neither a page of this release nor one that is open since the last ever misses a file.
"""

import json
import os
import sys
import time

import boto3

_, stack, release, folder, files = sys.argv
client = lambda service: boto3.client(service, endpoint_url=os.environ.get("AWS_ENDPOINT_URL"))
described = client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
deployed = {parameter["ParameterKey"]: parameter["ParameterValue"] for parameter in described.get("Parameters", [])}.get("Release")
if release and deployed != release:
    sys.exit(f"the stack {stack} is at the release {deployed}, and not at {release}: nothing was deployed, and the console stays as it is")
outputs = {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]}
missing = {"ConsoleBucketName", "DistributionId", "Url"} - set(outputs)
if missing:
    sys.exit(f"the stack {stack} has no output {', '.join(sorted(missing))}")

s3 = client("s3")
for file in json.loads(files):
    s3.upload_file(
        os.path.join(folder, file["name"]),
        outputs["ConsoleBucketName"],
        file["name"],
        ExtraArgs={"ContentType": file["mediaType"], "CacheControl": file["cacheControl"]},
    )
pages = ["/" + file["name"] for file in json.loads(files) if not file["name"].startswith("assets/")]
client("cloudfront").create_invalidation(
    DistributionId=outputs["DistributionId"],
    InvalidationBatch={"Paths": {"Quantity": len(pages), "Items": pages}, "CallerReference": str(time.time_ns())},
)
print(outputs["Url"])
