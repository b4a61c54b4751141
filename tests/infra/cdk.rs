//! The CDK app holds what the template holds, and its construct fits into a team's own app.

use std::fs;
use std::path::{Path, PathBuf};

use dev::aws_tools::Sam;
use dev::cdk::{Cdk, template_in};
use functions::routes::{self, ENDPOINTS, JOBS};
use serde_json::{Map, Value, json};

use crate::settings;

/// Functions as a build leaves them, and where a stack is synthesised; both go when it does.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Scratch {
        let folder = std::env::temp_dir().join(format!("fetchcatch-cdk-{name}-{}", std::process::id()));
        let binaries = ENDPOINTS.iter().map(|endpoint| endpoint.operation).chain(["not_found"]).chain(JOBS.iter().map(|job| job.name));
        for operation in binaries {
            let function = folder.join("functions").join(operation);
            fs::create_dir_all(&function).unwrap();
            fs::write(function.join("bootstrap"), operation).unwrap();
        }
        Scratch(folder)
    }

    fn out(&self) -> PathBuf {
        self.0.join("out")
    }

    async fn synth(&self, app: &str) -> Value {
        let cdk = Cdk::find_or_install(&settings()).await.unwrap();
        cdk.synth(app, &self.0.join("functions"), &self.out()).await.unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The template as it was written, and the CDK's, without what each does in its own way: where code is, and how a list of one is spelled.
fn comparable(template: &Value) -> Value {
    let mut resources = template["Resources"].as_object().unwrap().clone();
    for resource in resources.values_mut() {
        let resource = resource.as_object_mut().unwrap();
        resource.remove("Metadata");
        if let Some(properties) = resource.get_mut("Properties").and_then(Value::as_object_mut) {
            properties.remove("CodeUri");
        }
        if let Some(name) = resource.get("DependsOn").and_then(Value::as_str) {
            resource["DependsOn"] = json!([name]);
        }
    }
    attributes_as_text(&json!({"Resources": resources, "Globals": template["Globals"], "Outputs": template["Outputs"]}))
}

/// `[X, Arn]` and `X.Arn` are the same.
fn attributes_as_text(value: &Value) -> Value {
    match value {
        Value::Object(members) => match members.get("Fn::GetAtt").and_then(Value::as_array) {
            Some(parts) => json!({"Fn::GetAtt": parts.iter().map(|part| part.as_str().unwrap()).collect::<Vec<_>>().join(".")}),
            None => members.iter().map(|(name, value)| (name.clone(), attributes_as_text(value))).collect::<Map<_, _>>().into(),
        },
        Value::Array(items) => items.iter().map(attributes_as_text).collect(),
        other => other.clone(),
    }
}

fn differences(written: &Value, synthesised: &Value) -> Vec<String> {
    let (ours, theirs) = (written["Resources"].as_object().unwrap(), synthesised["Resources"].as_object().unwrap());
    let names = ours.keys().chain(theirs.keys().filter(|name| !ours.contains_key(*name)));
    let differ = names.filter(|name| ours.get(*name) != theirs.get(*name));
    differ
        .map(|name| format!("{name}: {} and {}", ours.get(name).unwrap_or(&Value::Null), theirs.get(name).unwrap_or(&Value::Null)))
        .collect()
}

#[tokio::test]
async fn the_app_is_the_same_stack_with_the_same_functions_routes_and_environment() {
    let scratch = Scratch::new("same");
    let synthesised = scratch.synth("bin/app").await;
    let sam = Sam::find_or_install(&settings()).await.unwrap();
    let written = sam.parse(&crate::template_path()).await.unwrap();
    let (written, compared) = (comparable(&written), comparable(&synthesised));
    assert_eq!(differences(&written, &compared), [""; 0]);
    assert_eq!((&written["Globals"], &written["Outputs"]), (&compared["Globals"], &compared["Outputs"]));

    // And by the table itself, so that the two can't be wrong together.
    let listed: Vec<Value> = serde_json::from_str(&crate::read("infra/functions.json")).unwrap();
    let resources = synthesised["Resources"].as_object().unwrap();
    let of_type = |kind: &str| resources.values().filter(|resource| resource["Type"] == kind).count();
    assert_eq!(of_type("AWS::Serverless::Function"), ENDPOINTS.len() + 1 + JOBS.len());
    assert_eq!(of_type("AWS::ApiGatewayV2::Route"), ENDPOINTS.len() + 1);
    for function in &listed {
        let name = function["name"].as_str().unwrap();
        let properties = &resources[name]["Properties"];
        let mut variables: Vec<&str> = properties["Environment"]["Variables"].as_object().unwrap().keys().map(String::as_str).collect();
        variables.push("RUST_LOG"); // a global's
        variables.sort_unstable();
        assert_eq!(json!(variables), function["environment"], "{name}");
        assert!(properties["CodeUri"]["Key"].is_string(), "{name} has no code: {}", properties["CodeUri"]);
        if let Some(route) = function["route"].as_str() {
            assert_eq!(resources[&format!("{name}Route")]["Properties"]["RouteKey"], route);
        }
    }
    for route in routes::all() {
        let key = format!("{} {}", route.method, route.path);
        assert!(listed.iter().any(|function| function["route"] == key.as_str() && function["operation"] == route.operation), "{key}");
    }
    lint(&scratch.out(), &[]).await;
}

#[tokio::test]
async fn the_construct_takes_a_teams_own_network_and_database() {
    let scratch = Scratch::new("team");
    let synthesised = scratch.synth("examples/team").await;
    let conditions = &synthesised["Conditions"];
    let yes = json!({"Fn::Equals": ["given", "given"]});
    assert_eq!((&conditions["GivenNetwork"], &conditions["OwnDatabase"]), (&yes, &json!({"Fn::Not": [yes]})));
    for given in ["VpcId", "SubnetIds", "AppDatabaseSecret", "JobsDatabaseSecret", "OwnerDatabaseSecret", "OwnerEmail", "Release"] {
        assert!(synthesised["Parameters"].get(given).is_none(), "{given} is asked for although it was given");
    }
    assert_eq!(synthesised["Resources"]["Migration"]["Properties"]["OwnerEmail"], "ada@acme.example");
    // What is decided already leaves branches that nobody reaches. The last two are the template's own exceptions, which these replace.
    lint(&scratch.out(), &["W1028", "W8003", "W1030", "W1033"]).await;
}

#[tokio::test]
async fn functions_that_were_not_built_are_refused_by_name() {
    let scratch = Scratch::new("unbuilt");
    fs::remove_file(scratch.0.join("functions/publish_connector/bootstrap")).unwrap();
    let cdk = Cdk::find_or_install(&settings()).await.unwrap();
    let refused = cdk.synth("bin/app", &scratch.0.join("functions"), &scratch.out()).await.unwrap_err().to_string();
    assert!(refused.contains("publish_connector/bootstrap is missing: run `make build` first"), "{refused}");
}

async fn lint(out: &Path, unless: &[&str]) {
    let sam = Sam::find_or_install(&settings()).await.unwrap();
    sam.lint(&template_in(out).unwrap(), &["us-east-1"], unless).await.unwrap();
}
