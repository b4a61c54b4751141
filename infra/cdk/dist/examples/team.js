"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
// FetchCatch in an app of your own: in your network, on your database, with a worker that reads what is published.
const aws_cdk_lib_1 = require("aws-cdk-lib");
const fetchcatch_1 = require("../lib/fetchcatch");
const app = new aws_cdk_lib_1.App();
const stack = new aws_cdk_lib_1.Stack(app, 'team');
const vpc = new aws_cdk_lib_1.aws_ec2.Vpc(stack, 'Vpc', { maxAzs: 2 });
const login = (name) => aws_cdk_lib_1.aws_secretsmanager.Secret.fromSecretNameV2(stack, name, `fetchcatch/${name}`);
const fetchcatch = new fetchcatch_1.FetchCatch(stack, 'FetchCatch', {
    functionsFolder: app.node.tryGetContext('functions'),
    network: { vpc, subnets: vpc.selectSubnets({ subnetType: aws_cdk_lib_1.aws_ec2.SubnetType.PRIVATE_WITH_EGRESS }) },
    database: { app: login('app'), jobs: login('jobs'), owner: login('owner') },
    parameters: { OwnerEmail: 'ada@acme.example', Architecture: 'x86_64', Release: '2026-11-21' },
});
const worker = new aws_cdk_lib_1.aws_iam.Role(stack, 'Worker', { assumedBy: new aws_cdk_lib_1.aws_iam.ServicePrincipal('ecs-tasks.amazonaws.com') });
worker.addManagedPolicy(fetchcatch.workerPolicy);
