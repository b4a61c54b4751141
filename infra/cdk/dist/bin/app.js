"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
// `npx cdk deploy`: the same stack as infra/template.yaml. Parameters: `--parameters OwnerEmail=you@example.com`, as the template lists them.
const aws_cdk_lib_1 = require("aws-cdk-lib");
const fetchcatch_1 = require("../lib/fetchcatch");
const app = new aws_cdk_lib_1.App();
const name = app.node.tryGetContext('stack') ?? 'fetchcatch';
const stack = new aws_cdk_lib_1.Stack(app, name, { description: 'FetchCatch' });
new fetchcatch_1.FetchCatch(stack, 'FetchCatch', { functionsFolder: app.node.tryGetContext('functions') });
