"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.FetchCatch = void 0;
const node_fs_1 = require("node:fs");
const node_path_1 = require("node:path");
const aws_cdk_lib_1 = require("aws-cdk-lib");
const aws_cdk_lib_2 = require("aws-cdk-lib");
const cloudformation_include_1 = require("aws-cdk-lib/cloudformation-include");
const constructs_1 = require("constructs");
/** From dist/lib to infra. */
const INFRA = (0, node_path_1.join)(__dirname, '..', '..', '..');
const TEMPLATE = (0, node_path_1.join)(INFRA, 'template.yaml');
const FUNCTIONS = (0, node_path_1.join)(INFRA, 'functions.json');
/**
 * Everything that infra/template.yaml holds, in a stack of yours. It is the template itself, so that the two can't differ; the functions'
 * code comes as CDK assets.
 *
 * The functions' names begin with the stack's, so there is one of these in a stack.
 */
class FetchCatch extends constructs_1.Construct {
    /** The functions of the table of routes. */
    static functions() {
        return JSON.parse((0, node_fs_1.readFileSync)(FUNCTIONS, 'utf8'));
    }
    /** What workers read. */
    replicaTable;
    /** Where the first fleet of workers hears of versions. */
    workerQueue;
    /** For the role of that fleet. */
    workerPolicy;
    alarmTopic;
    /** Whom a database of yours has to let in; there is none where no network is. */
    databaseClients;
    /** Where the console and the API are. */
    domainName;
    #include;
    constructor(scope, id, props = {}) {
        super(scope, id);
        this.#include = new cloudformation_include_1.CfnInclude(this, 'Template', { templateFile: TEMPLATE, parameters: { ...props.parameters, ...references(props) } });
        this.#decide(props);
        const folder = props.functionsFolder ?? (0, node_path_1.join)(INFRA, '..', 'target', 'lambda');
        for (const one of FetchCatch.functions()) {
            this.#bring(one, (0, node_path_1.join)(folder, one.operation));
        }
        const attribute = (name, of) => aws_cdk_lib_2.Fn.getAtt(this.#logicalId(name), of).toString();
        this.replicaTable = aws_cdk_lib_1.aws_dynamodb.Table.fromTableArn(this, 'ReplicaTable', attribute('ReplicaTable', 'Arn'));
        this.workerQueue = aws_cdk_lib_2.aws_sqs.Queue.fromQueueArn(this, 'WorkerQueue', attribute('WorkerQueue', 'Arn'));
        this.workerPolicy = aws_cdk_lib_1.aws_iam.ManagedPolicy.fromManagedPolicyArn(this, 'WorkerPolicy', aws_cdk_lib_2.Fn.ref(this.#logicalId('WorkerPolicy')));
        this.alarmTopic = aws_cdk_lib_2.aws_sns.Topic.fromTopicArn(this, 'AlarmTopic', aws_cdk_lib_2.Fn.ref(this.#logicalId('AlarmTopic')));
        this.databaseClients = aws_cdk_lib_2.Fn.ref(this.#logicalId('DatabaseClients'));
        this.domainName = attribute('Distribution', 'DomainName');
    }
    #logicalId(name) {
        return this.#include.getResource(name).logicalId;
    }
    /** What is given is known now: a condition of CloudFormation can't ask after another resource. */
    #decide(props) {
        const yes = aws_cdk_lib_2.Fn.conditionEquals('given', 'given');
        const no = aws_cdk_lib_2.Fn.conditionNot(yes);
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
    #forget(rule) {
        const found = this.#include.getRule(rule);
        found.node.scope?.node.tryRemoveChild(found.node.id);
    }
    #bring(one, path) {
        if (!(0, node_fs_1.existsSync)((0, node_path_1.join)(path, 'bootstrap'))) {
            throw new Error(`${path}/bootstrap is missing: run \`make build\` first`);
        }
        const resource = this.#include.getResource(one.name);
        if (!(resource instanceof aws_cdk_lib_1.aws_sam.CfnFunction)) {
            throw new Error(`${one.name} of infra/functions.json is no function of infra/template.yaml: run \`make generate\``);
        }
        const code = new aws_cdk_lib_1.aws_s3_assets.Asset(this, `Code${one.name}`, { path });
        resource.codeUri = { bucket: code.s3BucketName, key: code.s3ObjectKey };
    }
}
exports.FetchCatch = FetchCatch;
/** The parameters whose values are the caller's own resources. */
function references({ network, database }) {
    return {
        ...(network && { VpcId: network.vpc.vpcId, SubnetIds: aws_cdk_lib_2.Fn.join(',', network.subnets.subnetIds) }),
        ...(database && {
            AppDatabaseSecret: named(database.app),
            JobsDatabaseSecret: named(database.jobs),
            OwnerDatabaseSecret: named(database.owner),
        }),
    };
}
/** As a dynamic reference takes it: an ARN only when it is the whole one. */
function named(secret) {
    return secret.secretFullArn ?? secret.secretName;
}
