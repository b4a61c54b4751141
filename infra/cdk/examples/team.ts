// FetchCatch in an app of your own: in your network, on your database, with a worker that reads what is published.
import { App, aws_ec2 as ec2, aws_iam as iam, aws_secretsmanager as secretsmanager, Stack } from 'aws-cdk-lib';

import { FetchCatch } from '../lib/fetchcatch';

const app = new App();
const stack = new Stack(app, 'team');
const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 2 });
const login = (name: string): secretsmanager.ISecret => secretsmanager.Secret.fromSecretNameV2(stack, name, `fetchcatch/${name}`);

const fetchcatch = new FetchCatch(stack, 'FetchCatch', {
  functionsFolder: app.node.tryGetContext('functions') as string | undefined,
  network: { vpc, subnets: vpc.selectSubnets({ subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS }) },
  database: { app: login('app'), jobs: login('jobs'), owner: login('owner') },
  parameters: { OwnerEmail: 'ada@acme.example', Architecture: 'x86_64', Release: '2026-11-21' },
});

const worker = new iam.Role(stack, 'Worker', { assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com') });
worker.addManagedPolicy(fetchcatch.workerPolicy);
