"""Prints a template as JSON: `written`, with the intrinsic functions in full, or `transformed`, as CloudFormation sees it after SAM."""

import json
import sys

from samcli.yamlhelper import yaml_parse
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

_, how, path = sys.argv
with open(path, encoding="utf-8") as file:
    template = yaml_parse(file.read())
if how == "transformed":
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            # The translator takes no folders; `sam deploy` would have uploaded them.
            resource["Properties"]["CodeUri"] = {"Bucket": "code", "Key": resource["Properties"]["CodeUri"]}
    template = Translator({}, Parser()).translate(template, {})
print(json.dumps(template))
