"""Prints the template whose path is the argument as CloudFormation sees it: after SAM's transform, as JSON."""

import json
import sys

from samcli.yamlhelper import yaml_parse
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

with open(sys.argv[1], encoding="utf-8") as file:
    template = yaml_parse(file.read())
for resource in template["Resources"].values():
    if resource["Type"] == "AWS::Serverless::Function":
        # The translator takes no folders; `sam deploy` would have uploaded them.
        resource["Properties"]["CodeUri"] = {"Bucket": "code", "Key": resource["Properties"]["CodeUri"]}
print(json.dumps(Translator({}, Parser()).translate(template, {})))
