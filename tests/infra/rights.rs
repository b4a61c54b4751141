//! Roles are minimal, and nothing is public but the API and the console's distribution.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::template::{statements_of, strings, transformed};

/// What Lambda does for each function: its logs, its traces, and its place in the network.
const BASICS: [&str; 10] = [
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
];

/// Beyond those, by class: an action, and the resource that it may be done to.
const RIGHTS: [(&str, &[(&str, &str)]); 7] = [
    ("OpenRole", &[]),
    ("SignsInRole", &[]),
    ("ReadsRole", &[]),
    ("WritesRole", &[]),
    ("MintsRole", &[("sqs:SendMessage", "DispatchQueue")]),
    (
        "JobsRole",
        &[
            ("sqs:SendMessage", "DispatchQueue"),
            ("sqs:ReceiveMessage", "DispatchQueue"),
            ("sqs:DeleteMessage", "DispatchQueue"),
            ("sqs:ChangeMessageVisibility", "DispatchQueue"),
            ("sqs:GetQueueAttributes", "DispatchQueue"),
            ("sqs:SendMessage", "WorkerQueue"),
            ("sqs:SendMessage", "MoreWorkerQueueArns"),
            ("dynamodb:BatchGetItem", "ReplicaTable"),
            ("dynamodb:BatchWriteItem", "ReplicaTable"),
            ("dynamodb:GetItem", "ReplicaTable"),
            ("dynamodb:PutItem", "ReplicaTable"),
            ("dynamodb:Query", "ReplicaTable"),
            ("dynamodb:UpdateItem", "ReplicaTable"),
        ],
    ),
    ("MigrationsRole", &[]),
];

/// The resource that an ARN is of.
fn named(resource: &Value) -> &str {
    let split = &resource["Fn::Split"][1]["Ref"];
    resource["Fn::GetAtt"][0].as_str().or(split.as_str()).unwrap_or_else(|| panic!("{resource} is no single resource"))
}

#[tokio::test]
async fn a_role_may_do_what_its_class_needs_and_no_more() {
    let template = transformed().await;
    for (role, rights) in RIGHTS {
        let mut granted = BTreeSet::new();
        for statement in template.statements(role).into_iter().filter(|statement| statement["Effect"] == "Allow") {
            for action in strings(&statement["Action"]) {
                if !BASICS.contains(&action) {
                    granted.insert((action, named(&statement["Resource"])));
                }
            }
        }
        assert_eq!(granted, rights.iter().copied().collect(), "{role}");
    }
}

#[tokio::test]
async fn every_function_has_the_role_of_its_class() {
    let template = transformed().await;
    let listed: Vec<Value> = serde_json::from_str(&crate::read("infra/functions.json")).unwrap();
    for function in &listed {
        let (name, class) = (function["name"].as_str().unwrap(), function["class"].as_str().unwrap());
        assert_eq!(template.properties(name)["Role"], json!({"Fn::GetAtt": [format!("{class}Role"), "Arn"]}), "{name}");
    }
    assert_eq!(template.of_type("AWS::Lambda::Function").len(), listed.len());
}

#[tokio::test]
async fn wildcards_stand_only_where_aws_knows_nothing_narrower() {
    let template = transformed().await;
    let mut documents: Vec<(&str, &Value)> = Vec::new();
    for (name, role) in template.of_type("AWS::IAM::Role") {
        documents.extend(role["Policies"].as_array().into_iter().flatten().map(|policy| (name, &policy["PolicyDocument"])));
    }
    documents.extend(template.of_type("AWS::IAM::ManagedPolicy").into_iter().map(|(name, policy)| (name, &policy["PolicyDocument"])));
    for (name, document) in documents {
        for statement in statements_of(document).into_iter().filter(|statement| statement["Effect"] == "Allow") {
            for action in strings(&statement["Action"]) {
                assert!(!action.contains('*'), "{name} allows {action}");
                let anything = statement["Resource"] == "*";
                assert!(!anything || action.starts_with("xray:") || action.starts_with("ec2:"), "{name} allows {action} on everything");
            }
        }
    }
    // What Lambda needs to place a function in the network, the code in the function may not do.
    let denied = template.statements("OpenRole").into_iter().find(|statement| statement["Effect"] == "Deny").unwrap();
    assert_eq!(denied["Action"], "ec2:*");
    assert!(denied["Condition"]["ArnLike"]["lambda:SourceFunctionArn"].is_object(), "{denied}");
}

#[tokio::test]
async fn only_aws_services_take_on_a_role() {
    let template = transformed().await;
    let services = ["lambda.amazonaws.com", "apigateway.amazonaws.com", "rds.amazonaws.com"];
    for (name, role) in template.of_type("AWS::IAM::Role") {
        let statements = statements_of(&role["AssumeRolePolicyDocument"]);
        assert_eq!(statements.len(), 1, "{name}");
        assert!(services.iter().any(|service| statements[0]["Principal"] == json!({"Service": service})), "{name}: {}", statements[0]);
    }
}

#[tokio::test]
async fn nothing_is_public_but_the_api_and_the_distribution() {
    let template = transformed().await;
    assert_eq!(template.of_type("AWS::ApiGatewayV2::Api").len(), 1);
    assert_eq!(template.of_type("AWS::CloudFront::Distribution").len(), 1);
    for kind in ["AWS::Lambda::Url", "AWS::ApiGateway::RestApi"] {
        assert!(!template.has_type(kind), "{kind}");
    }
    for (name, bucket) in template.of_type("AWS::S3::Bucket") {
        let block = bucket["PublicAccessBlockConfiguration"].as_object().unwrap_or_else(|| panic!("{name} may become public"));
        assert!(block.len() == 4 && block.values().all(|value| value == &json!(true)), "{name}: {block:?}");
    }
    for (name, policy) in template.of_type("AWS::S3::BucketPolicy") {
        for statement in statements_of(&policy["PolicyDocument"]) {
            assert!(statement["Effect"] == "Deny" || statement["Principal"] == json!({"Service": "cloudfront.amazonaws.com"}), "{name}");
        }
    }
    for (name, instance) in template.of_type("AWS::RDS::DBInstance") {
        assert_eq!(instance["PubliclyAccessible"], json!(false), "{name}");
    }
    for (name, subnet) in template.of_type("AWS::EC2::Subnet") {
        assert!(subnet.get("MapPublicIpOnLaunch").is_none(), "{name}");
    }
    for (name, group) in template.of_type("AWS::EC2::SecurityGroup") {
        for rule in group["SecurityGroupIngress"].as_array().into_iter().flatten() {
            let rule = rule.get("Fn::If").map_or(rule, |branches| &branches[1]);
            assert!(rule.get("SourceSecurityGroupId").is_some() && rule.get("CidrIp").is_none(), "{name}: {rule}");
        }
    }
}

#[tokio::test]
async fn the_way_to_the_internet_is_there_for_an_identity_provider_alone_and_leads_out_only() {
    let template = transformed().await;
    let (resources, conditions) = (template.section("Resources"), template.section("Conditions"));
    let whole = json!({"Fn::And": [{"Condition": "OwnNetwork"}, {"Condition": "WithIdentityProvider"}]});
    assert_eq!(conditions["WithWayOut"], whole);
    for kind in ["AWS::EC2::InternetGateway", "AWS::EC2::VPCGatewayAttachment", "AWS::EC2::NatGateway", "AWS::EC2::EIP", "AWS::EC2::Route"]
    {
        for (name, _) in template.of_type(kind) {
            assert_eq!(resources[name]["Condition"], "WithWayOut", "{name}");
        }
    }
    // What functions and the database stand in can't be reached from there: their routes go through the NAT.
    let to_the_gateway: Vec<_> =
        template.of_type("AWS::EC2::Route").into_iter().filter(|(_, route)| route.get("GatewayId").is_some()).collect();
    assert_eq!(to_the_gateway.len(), 1);
    assert_eq!(to_the_gateway[0].1["RouteTableId"], json!({"Ref": "RoutesOut"}));
    for (name, association) in template.of_type("AWS::EC2::SubnetRouteTableAssociation") {
        let out = association["RouteTableId"] == json!({"Ref": "RoutesOut"});
        assert_eq!(out, association["SubnetId"] == json!({"Ref": "SubnetOut"}), "{name}");
    }
    for name in ["BeginLogin", "FinishLogin"] {
        let groups = template.properties(name)["VpcConfig"].to_string();
        assert!(groups.contains("ProviderClients") && !groups.contains("AwsClients"), "{name}: {groups}");
    }
    let database = &template.properties("DatabaseClients")["SecurityGroupEgress"][0];
    assert_eq!(database["CidrIp"], json!({"Fn::If": ["OwnNetwork", {"Ref": "VpcCidr"}, "0.0.0.0/0"]}), "{database}");
}

#[tokio::test]
async fn what_is_kept_is_encrypted_and_outlives_the_stack() {
    let template = transformed().await;
    assert_eq!(template.properties("Database")["StorageEncrypted"], json!(true));
    assert_eq!(template.properties("ReplicaTable")["SSESpecification"]["SSEEnabled"], json!(true));
    assert_eq!(template.properties("ReplicaTable")["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], json!(true));
    assert_eq!(template.properties("ReplicaTable")["TimeToLiveSpecification"]["AttributeName"], replica::schema::EXPIRES_AT);
    for (name, queue) in template.of_type("AWS::SQS::Queue") {
        assert_eq!(queue["SqsManagedSseEnabled"], json!(true), "{name}");
    }
    let resources = template.section("Resources");
    // What a first deployment made, and then failed, holds nothing yet.
    let (kept, snapshot) = (("RetainExceptOnCreate", "Retain"), ("Snapshot", "Snapshot"));
    for (name, (deleted, replaced)) in [("Database", snapshot), ("ReplicaTable", kept), ("ConsoleBucket", kept)] {
        assert_eq!(
            (&resources[name]["DeletionPolicy"], &resources[name]["UpdateReplacePolicy"]),
            (&json!(deleted), &json!(replaced)),
            "{name}"
        );
    }
}
