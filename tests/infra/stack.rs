//! The stack against the table of routes: functions, their ways in, what starts the jobs, what is watched.

use std::collections::{BTreeMap, BTreeSet};

use dev::generate::{camel_case, template::MOST_RESOURCES};
use functions::metrics::{DIMENSION, Metric, NAMESPACE};
use functions::routes::{self, ENDPOINTS, JOBS};
use serde_json::{Value, json};

use crate::read;
use crate::template::{strings, transformed};

/// More endpoints that a release may bring without anybody thinking of the limit; each is a function, an integration and a route.
const HEADROOM: usize = 15;

#[tokio::test]
async fn the_stack_stays_well_below_cloudformations_limit() {
    let template = transformed().await;
    let (resources, functions) = (template.count(), ENDPOINTS.len() + JOBS.len() + 1);
    assert!(resources > 3 * functions, "{resources} resources for {functions} functions: they were not counted");
    assert!(
        resources + 3 * HEADROOM <= MOST_RESOURCES,
        "{resources} resources of at most {MOST_RESOURCES}, and room for {HEADROOM} endpoints"
    );
}

#[tokio::test]
async fn every_route_leads_to_its_own_function_and_the_api_may_call_it() {
    let template = transformed().await;
    let mut expected: BTreeMap<String, &str> =
        routes::all().iter().map(|route| (format!("{} {}", route.method, route.path), route.operation)).collect();
    expected.insert("$default".to_owned(), "not_found");
    let routes = template.of_type("AWS::ApiGatewayV2::Route");
    assert_eq!(routes.len(), expected.len());
    for (_, route) in routes {
        let operation = expected.remove(route["RouteKey"].as_str().unwrap()).unwrap_or_else(|| panic!("nobody knows {route}"));
        let name = camel_case(operation);
        assert_eq!(route["Target"], json!({"Fn::Sub": format!("integrations/${{{name}Integration}}")}));
        let integration = template.properties(&format!("{name}Integration"));
        assert_eq!(integration["IntegrationUri"], json!({"Fn::GetAtt": [name.as_str(), "Arn"]}));
        assert_eq!(integration["CredentialsArn"], json!({"Fn::GetAtt": ["GatewayRole", "Arn"]}));
        assert_eq!((&integration["IntegrationType"], &integration["PayloadFormatVersion"]), (&json!("AWS_PROXY"), &json!("2.0")));
        assert_eq!(template.properties(&name)["FunctionName"], json!({"Fn::Sub": format!("${{AWS::StackName}}-api-{name}")}));
    }
    assert_eq!(expected, BTreeMap::new(), "routes without a way to their function");
    let statement = &template.statements("GatewayRole")[0];
    assert_eq!(statement["Action"], "lambda:InvokeFunction");
    assert!(statement["Resource"]["Fn::Sub"].as_str().unwrap().ends_with(":function:${AWS::StackName}-api-*"), "{statement}");
    for job in JOBS {
        let name = camel_case(job.name);
        let named = json!({"Fn::Sub": format!("${{AWS::StackName}}-job-{name}")});
        assert_eq!(template.properties(&name)["FunctionName"], named, "the API could call it");
    }
}

#[tokio::test]
async fn functions_json_says_what_the_template_says() {
    let template = transformed().await;
    let listed: Vec<Value> = serde_json::from_str(&read("infra/functions.json")).unwrap();
    for function in &listed {
        let name = function["name"].as_str().unwrap();
        let properties = template.properties(name);
        let variables: BTreeSet<&str> = properties["Environment"]["Variables"].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(variables, strings(&function["environment"]).into_iter().collect(), "{name}");
        let code = format!("../target/lambda/{}/", function["operation"].as_str().unwrap());
        assert_eq!(properties["Code"]["S3Key"], code, "{name}");
    }
    let table: BTreeSet<&str> =
        ENDPOINTS.iter().map(|one| one.operation).chain(["not_found"]).chain(JOBS.iter().map(|one| one.name)).collect();
    assert_eq!(listed.iter().map(|function| function["operation"].as_str().unwrap()).collect::<BTreeSet<_>>(), table);
}

#[tokio::test]
async fn functions_run_as_lambda_expects_them_to() {
    let template = transformed().await;
    for (name, function) in template.of_type("AWS::Lambda::Function") {
        assert_eq!((&function["Runtime"], &function["Handler"]), (&json!("provided.al2023"), &json!("bootstrap")), "{name}");
        assert_eq!(function["Architectures"], json!([{"Ref": "Architecture"}]), "{name}");
        assert_eq!(function["TracingConfig"], json!({"Mode": "Active"}), "{name}");
        let group = function["LoggingConfig"]["LogGroup"]["Ref"].as_str().unwrap();
        assert_eq!(template.properties(group)["RetentionInDays"], json!({"Ref": "LogRetentionDays"}), "{name}");
        // Traffic moves to a function when the schema is there: its environment holds what the migrations answer.
        assert_eq!(function["Environment"].to_string().contains(r#"{"Fn::GetAtt":["Migration","#), name != "Migrate", "{name}");
    }
    for (name, group) in template.of_type("AWS::Logs::LogGroup") {
        assert!(group.get("RetentionInDays").is_some(), "{name} keeps its lines for ever");
    }
}

/// What CloudFormation takes; it says nothing of whether equal ones count once.
const MOST_DYNAMIC_REFERENCES: usize = 60;

#[tokio::test]
async fn few_enough_secrets_are_read_for_cloudformation() {
    let template = transformed().await;
    let resources = template.section("Resources");
    let references: usize = resources.values().map(|resource| resource.to_string().matches("{{resolve:").count()).sum();
    assert!((1..=MOST_DYNAMIC_REFERENCES).contains(&references), "{references} references to secrets");
}

#[tokio::test]
async fn a_function_that_a_secret_stands_in_changes_with_every_release() {
    let template = transformed().await;
    for (name, function) in template.of_type("AWS::Lambda::Function") {
        let reads = function["Environment"].to_string().contains("{{resolve:");
        let release = json!({"Key": "Release", "Value": {"Ref": "Release"}});
        assert_eq!(function["Tags"].as_array().unwrap().contains(&release), reads, "{name}");
    }
}

#[tokio::test]
async fn functions_are_made_a_few_at_a_time() {
    let template = transformed().await;
    let functions: BTreeSet<&str> = template.of_type("AWS::Lambda::Function").into_iter().map(|(name, _)| name).collect();
    let first = functions.iter().filter(|name| !template.depends_on(name).iter().any(|before| functions.contains(before)));
    // The migrations, and ten that everything else waits for.
    assert_eq!(first.count(), 11);
    for name in &functions {
        let waiting = functions.iter().filter(|other| template.depends_on(other).contains(name)).count();
        assert!(waiting <= 1, "{waiting} functions wait for {name}");
    }
}

#[tokio::test]
async fn jobs_start_when_the_table_says() {
    let template = transformed().await;
    let rules: BTreeMap<&str, &str> = template
        .of_type("AWS::Events::Rule")
        .into_iter()
        .map(|(_, rule)| (rule["Targets"][0]["Arn"]["Fn::GetAtt"][0].as_str().unwrap(), rule["ScheduleExpression"].as_str().unwrap()))
        .collect();
    let names: Vec<(String, &str)> = JOBS.iter().filter_map(|job| Some((camel_case(job.name), job.every?))).collect();
    assert_eq!(rules, names.iter().map(|(name, every)| (name.as_str(), *every)).collect());
    for (_, every) in &names {
        // Linters take any number and unit here; EventBridge does not.
        let rate = every.strip_prefix("rate(").and_then(|rate| rate.strip_suffix(')')).and_then(|rate| rate.split_once(' '));
        let (number, unit) = rate.unwrap_or_else(|| panic!("{every} is no rate"));
        let plural = if number.parse::<u32>().unwrap() == 1 { "" } else { "s" };
        assert!(["minute", "hour", "day"].iter().any(|one| format!("{one}{plural}") == unit), "{every}");
    }
}

#[tokio::test]
async fn nudges_reach_the_dispatcher_in_batches_and_failed_ones_go_back() {
    let template = transformed().await;
    let sources = template.of_type("AWS::Lambda::EventSourceMapping");
    let [(_, source)] = sources.as_slice() else { panic!("{} event sources", sources.len()) };
    assert_eq!(source["EventSourceArn"], json!({"Fn::GetAtt": ["DispatchQueue", "Arn"]}));
    assert_eq!(source["FunctionName"], json!({"Ref": "DispatchOutbox"}));
    assert_eq!((&source["BatchSize"], &source["FunctionResponseTypes"]), (&json!(10), &json!(["ReportBatchItemFailures"])));
    let (hidden, limit) = (&template.properties("DispatchQueue")["VisibilityTimeout"], &template.properties("DispatchOutbox")["Timeout"]);
    assert!(hidden.as_u64() >= limit.as_u64().map(|limit| 6 * limit), "{hidden} s hidden for {limit} s of work");
    for (name, queue) in template.of_type("AWS::SQS::Queue").into_iter().filter(|(name, _)| !name.ends_with("DeadLetters")) {
        let letters = queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0].as_str().unwrap_or_else(|| panic!("{name}"));
        assert!(letters.ends_with("DeadLetters"), "{name}: {letters}");
        let seconds = |member: &str, otherwise: u64| queue.get(member).map_or(otherwise, |value| value.as_u64().unwrap());
        let tries = queue["RedrivePolicy"]["maxReceiveCount"].as_u64().unwrap();
        let failing = (tries + 1) * seconds("VisibilityTimeout", 30);
        // Four days is what AWS takes where nothing is said.
        assert!(seconds("MessageRetentionPeriod", 345_600) > failing, "{name} drops what fails before it is a dead letter");
    }
}

#[tokio::test]
async fn the_distribution_sends_every_route_uncached_to_the_api_and_the_rest_to_the_console() {
    let template = transformed().await;
    let config = &template.properties("Distribution")["DistributionConfig"];
    let behaviors = config["CacheBehaviors"].as_array().unwrap();
    for behavior in behaviors {
        assert_eq!(behavior["CachePolicyId"], "4135ea2d-6df8-44a3-9df3-4b5a84be39ad", "cached: {behavior}");
        assert_eq!(behavior["TargetOriginId"], "api");
    }
    for route in routes::all() {
        let fits = |pattern: &str| match pattern.strip_suffix('*') {
            Some(beginning) => route.path.starts_with(beginning),
            None => route.path == pattern,
        };
        assert!(behaviors.iter().any(|behavior| fits(behavior["PathPattern"].as_str().unwrap())), "{} goes to the console", route.path);
    }
    let pages = &config["DefaultCacheBehavior"];
    assert_eq!((&pages["TargetOriginId"], &pages["ResponseHeadersPolicyId"]), (&json!("console"), &json!({"Ref": "ConsoleHeaders"})));
    let headers = &template.properties("ConsoleHeaders")["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"];
    let policy = headers["ContentSecurityPolicy"]["ContentSecurityPolicy"].as_str().unwrap();
    assert!(policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(!policy.contains("'unsafe-eval'") && !policy.contains("http"), "{policy}");
}

#[tokio::test]
async fn alarms_watch_metrics_that_the_jobs_write_and_tell_somebody() {
    let template = transformed().await;
    let written: BTreeSet<&str> = Metric::ALL.iter().map(|metric| metric.name()).collect();
    let mut watched = BTreeSet::new();
    for (name, alarm) in template.of_type("AWS::CloudWatch::Alarm") {
        assert_eq!(alarm["AlarmActions"], json!([{"Ref": "AlarmTopic"}]), "{name}");
        if alarm["Namespace"] == NAMESPACE {
            assert_eq!(alarm["Dimensions"], json!([{"Name": DIMENSION, "Value": {"Ref": "AWS::StackName"}}]), "{name}");
            watched.insert(alarm["MetricName"].as_str().unwrap());
        }
    }
    assert_eq!(watched, written);
    let dashboard = &template.properties("Dashboard")["DashboardBody"]["Fn::Sub"];
    let dashboard = dashboard.as_str().unwrap();
    let _: Value = serde_json::from_str(dashboard).unwrap();
    assert!(written.iter().all(|metric| dashboard.contains(&format!("\"{metric}\""))), "{dashboard}");
    for job in JOBS.iter().filter(|job| job.every.is_some()) {
        let alarm = template.properties(&format!("{}ErrorsAlarm", camel_case(job.name)));
        assert_eq!((&alarm["Namespace"], &alarm["MetricName"]), (&json!("AWS/Lambda"), &json!("Errors")));
    }
}
