import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { aws_dynamodb as dynamodb, aws_ec2 as ec2, aws_iam as iam, aws_s3_assets as assets, aws_sam as sam } from 'aws-cdk-lib';
import { aws_secretsmanager as secretsmanager, aws_sns as sns, aws_sqs as sqs, CfnElement, CfnRule, Fn } from 'aws-cdk-lib';
import { CfnInclude } from 'aws-cdk-lib/cloudformation-include';
import { Construct } from 'constructs';

/** From dist/lib to infra. */
const INFRA = join(__dirname, '..', '..', '..');
const TEMPLATE = join(INFRA, 'template.yaml');
const FUNCTIONS = join(INFRA, 'functions.json');

/** A line of infra/functions.json, which is generated from the table of routes. */
export interface FunctionOfTheTable {
  readonly name: string;
  readonly operation: string;
  readonly class: 'Open' | 'Reads' | 'Writes' | 'Mints' | 'SignsIn' | 'Jobs' | 'Migrations';
  readonly route?: string;
  readonly environment: readonly string[];
}

export interface FetchCatchProps {
  /** Where the built functions are, a folder with a `bootstrap` each. Default: target/lambda, where `make build` puts them. */
  readonly functionsFolder?: string;
  /** A network of yours. It needs ways to SQS, DynamoDB and S3. Default: one of its own. */
  readonly network?: { readonly vpc: ec2.IVpc; readonly subnets: ec2.SelectedSubnets };
  /** Secrets with postgres:// URLs of the roles fc_app, fc_jobs and fc_owner. Default: an Aurora cluster of its own. */
  readonly database?: { readonly app: secretsmanager.ISecret; readonly jobs: secretsmanager.ISecret; readonly owner: secretsmanager.ISecret };
  /** Values for parameters of infra/template.yaml. Those that aren't given stay parameters of the stack. */
  readonly parameters?: Readonly<Record<string, string | number>>;
}

/**
 * Everything that infra/template.yaml holds, in a stack of yours. It is the template itself, so that the two can't differ; the functions'
 * code comes as CDK assets.
 *
 * The functions' names begin with the stack's, so there is one of these in a stack.
 */
export class FetchCatch extends Construct {
  /** The functions of the table of routes. */
  public static functions(): readonly FunctionOfTheTable[] {
    return JSON.parse(readFileSync(FUNCTIONS, 'utf8')) as FunctionOfTheTable[];
  }

  /** What workers read. */
  public readonly replicaTable: dynamodb.ITable;
  /** Where the first fleet of workers hears of versions. */
  public readonly workerQueue: sqs.IQueue;
  /** For the role of that fleet. */
  public readonly workerPolicy: iam.IManagedPolicy;
  public readonly alarmTopic: sns.ITopic;
  /** Whom a database of yours has to let in; there is none where no network is. */
  public readonly databaseClients: string;
  /** Where the console and the API are. */
  public readonly domainName: string;

  readonly #include: CfnInclude;

  constructor(scope: Construct, id: string, props: FetchCatchProps = {}) {
    super(scope, id);
    this.#include = new CfnInclude(this, 'Template', { templateFile: TEMPLATE, parameters: { ...props.parameters, ...references(props) } });
    this.#decide(props);
    const folder = props.functionsFolder ?? join(INFRA, '..', 'target', 'lambda');
    for (const one of FetchCatch.functions()) {
      this.#bring(one, join(folder, one.operation));
    }
    const attribute = (name: string, of: string): string => Fn.getAtt(this.#logicalId(name), of).toString();
    this.replicaTable = dynamodb.Table.fromTableArn(this, 'ReplicaTable', attribute('ReplicaTable', 'Arn'));
    this.workerQueue = sqs.Queue.fromQueueArn(this, 'WorkerQueue', attribute('WorkerQueue', 'Arn'));
    this.workerPolicy = iam.ManagedPolicy.fromManagedPolicyArn(this, 'WorkerPolicy', Fn.ref(this.#logicalId('WorkerPolicy')));
    this.alarmTopic = sns.Topic.fromTopicArn(this, 'AlarmTopic', Fn.ref(this.#logicalId('AlarmTopic')));
    this.databaseClients = Fn.ref(this.#logicalId('DatabaseClients'));
    this.domainName = attribute('Distribution', 'DomainName');
  }

  #logicalId(name: string): string {
    return this.#include.getResource(name).logicalId;
  }

  /** What is given is known now: a condition of CloudFormation can't ask after another resource. */
  #decide(props: FetchCatchProps): void {
    const yes = Fn.conditionEquals('given', 'given');
    const no = Fn.conditionNot(yes);
    if (props.network) {
      this.#include.getCondition('GivenNetwork').expression = yes;
      this.#forget('SubnetsOfTheNetwork');
    }
    if (props.database) {
      this.#include.getCondition('OwnDatabase').expression = no;
      this.#forget('AllDatabaseSecrets');
    }
  }

  /** A rule about parameters that are none any more. */
  #forget(rule: string): void {
    const found: CfnRule = this.#include.getRule(rule);
    found.node.scope?.node.tryRemoveChild(found.node.id);
  }

  #bring(one: FunctionOfTheTable, path: string): void {
    if (!existsSync(join(path, 'bootstrap'))) {
      throw new Error(`${path}/bootstrap is missing: run \`make build\` first`);
    }
    const resource: CfnElement = this.#include.getResource(one.name);
    if (!(resource instanceof sam.CfnFunction)) {
      throw new Error(`${one.name} of infra/functions.json is no function of infra/template.yaml: run \`make generate\``);
    }
    const code = new assets.Asset(this, `Code${one.name}`, { path });
    resource.codeUri = { bucket: code.s3BucketName, key: code.s3ObjectKey };
  }
}

/** The parameters whose values are the caller's own resources. */
function references({ network, database }: FetchCatchProps): Record<string, string> {
  return {
    ...(network && { VpcId: network.vpc.vpcId, SubnetIds: Fn.join(',', network.subnets.subnetIds) }),
    ...(database && {
      AppDatabaseSecret: named(database.app),
      JobsDatabaseSecret: named(database.jobs),
      OwnerDatabaseSecret: named(database.owner),
    }),
  };
}

/** As a dynamic reference takes it: an ARN only when it is the whole one. */
function named(secret: secretsmanager.ISecret): string {
  return secret.secretFullArn ?? secret.secretName;
}
