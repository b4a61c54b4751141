import { aws_dynamodb as dynamodb, aws_ec2 as ec2, aws_iam as iam } from 'aws-cdk-lib';
import { aws_secretsmanager as secretsmanager, aws_sns as sns, aws_sqs as sqs } from 'aws-cdk-lib';
import { Construct } from 'constructs';
/** A line of infra/functions.json, which is generated from the table of routes. */
export interface FunctionOfTheTable {
    readonly name: string;
    readonly operation: string;
    readonly class: 'Open' | 'Reads' | 'Writes' | 'Mints' | 'Jobs' | 'Migrations';
    readonly route?: string;
    readonly environment: readonly string[];
}
export interface FetchCatchProps {
    /** Where the built functions are, a folder with a `bootstrap` each. Default: target/lambda, where `make build` puts them. */
    readonly functionsFolder?: string;
    /** A network of yours. It needs ways to SQS, DynamoDB and S3. Default: one of its own. */
    readonly network?: {
        readonly vpc: ec2.IVpc;
        readonly subnets: ec2.SelectedSubnets;
    };
    /** Secrets with postgres:// URLs of the roles fc_app, fc_jobs and fc_owner. Default: an Aurora cluster of its own. */
    readonly database?: {
        readonly app: secretsmanager.ISecret;
        readonly jobs: secretsmanager.ISecret;
        readonly owner: secretsmanager.ISecret;
    };
    /** Values for parameters of infra/template.yaml. Those that aren't given stay parameters of the stack. */
    readonly parameters?: Readonly<Record<string, string | number>>;
}
/**
 * Everything that infra/template.yaml holds, in a stack of yours. It is the template itself, so that the two can't differ; the functions'
 * code comes as CDK assets.
 *
 * The functions' names begin with the stack's, so there is one of these in a stack.
 */
export declare class FetchCatch extends Construct {
    #private;
    /** The functions of the table of routes. */
    static functions(): readonly FunctionOfTheTable[];
    /** What workers read. */
    readonly replicaTable: dynamodb.ITable;
    /** Where the first fleet of workers hears of versions. */
    readonly workerQueue: sqs.IQueue;
    /** For the role of that fleet. */
    readonly workerPolicy: iam.IManagedPolicy;
    readonly alarmTopic: sns.ITopic;
    /** Whom a database of yours has to let in; there is none where no network is. */
    readonly databaseClients: string;
    /** Where the console and the API are. */
    readonly domainName: string;
    constructor(scope: Construct, id: string, props?: FetchCatchProps);
}
