// `npx cdk deploy`: the same stack as infra/template.yaml. Parameters as the template lists them: `--parameters OwnerEmail=you@example.com`, and for each deployment another `--parameters Release=...`.
import { App, Stack } from 'aws-cdk-lib';

import { FetchCatch } from '../lib/fetchcatch';

const app = new App();
const name = (app.node.tryGetContext('stack') as string | undefined) ?? 'fetchcatch';
const stack = new Stack(app, name, { description: 'FetchCatch' });
new FetchCatch(stack, 'FetchCatch', { functionsFolder: app.node.tryGetContext('functions') as string | undefined });
