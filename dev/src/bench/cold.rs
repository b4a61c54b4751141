//! Cold start, size and memory of every binary, against a hello-world built the same way: from `exec` to the first answered event.

mod runtime;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use functions::routes::{self, ENDPOINTS, JOBS};
use serde_json::{Value, json};

use self::runtime::{Runtime, Start};
use super::pool::Pool;
use super::report::{Line, Reference, Target};
use super::rounds::median;
use super::stage::Stage;
use crate::lambdas;

/// An odd number, for a median that was measured.
const STARTS: usize = 5;
const PREFIX: &str = "cold";
const HELLO: &str = "hello_world";
/// Of what links neither the engine nor a client of AWS, and of what does.
const SLIM: f64 = 1.5;
const WHOLE: f64 = 3.0;

/// A line for each binary: our median of a few starts, between each two of which hello-world starts once.
pub async fn measure(stage: &Stage<'_>) -> Result<Vec<Line>> {
    if !Path::new("/proc/self/status").exists() {
        println!("cold starts are not measured: this system has no /proc, or runs no binaries of Lambda's");
        return Ok(Vec::new());
    }
    let settings = stage.home.settings();
    // Where this program is, the functions are that were built like it.
    let folder = settings.program.parent().context("this program is in no folder")?;
    lambdas::build_as(settings, profile(folder), &["--example", HELLO]).await?;
    // Publishes are measured with all that they do: each start publishes a connector.
    Pool::seed(stage, PREFIX, STARTS, 4096).await?;
    let (env, runtime) = (environment(stage), Runtime::serve().await?);
    let hello = folder.join("examples").join(HELLO);
    let mut lines = Vec::new();
    for operation in lambdas::operations() {
        let binary = folder.join(operation);
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for nth in 1..=STARTS {
            theirs.push(runtime.start(&hello, &env, &event("GET", "/", &stage.token, None)).await?);
            let started = runtime.start(&binary, &env, &first_event(stage, operation, nth)?).await?;
            ensure!(is_answered(&started.answer), "{operation} answered {}", started.answer);
            ours.push(started);
        }
        lines.push(line(operation, &binary, &ours, &theirs)?);
    }
    Ok(lines)
}

fn line(operation: &str, binary: &Path, ours: &[Start], theirs: &[Start]) -> Result<Line> {
    let milliseconds = |starts: &[Start]| median(starts.iter().map(|start| start.took.as_secs_f64() * 1000.0));
    let content = std::fs::read(binary)?;
    // The places of panics name the source of whatever is linked.
    let holds = |name: &str| content.windows(name.len()).any(|window| window == name.as_bytes());
    let (engine, aws) = (holds("zen-engine-"), holds("aws-smithy-runtime-"));
    let with = match (engine, aws) {
        (true, true) => ", with the engine and AWS's clients",
        (true, false) => ", with the engine",
        (false, true) => ", with AWS's clients",
        (false, false) => "",
    };
    let memory = median(ours.iter().map(|start| start.peak_megabytes));
    let mut line = Line::plain(
        &format!("cold start: {operation}"),
        milliseconds(ours),
        "ms",
        Some(Target::AtMost(if engine || aws { WHOLE } else { SLIM })),
        format!("{:.1} MB, {memory:.0} MB of memory{with}", content.len() as f64 / 1e6),
    );
    line.ratio = Some(median(ours.iter().zip(theirs).map(|(ours, theirs)| ours.took.as_secs_f64() / theirs.took.as_secs_f64())));
    line.reference = Some(Reference { name: "hello world".to_owned(), measured: milliseconds(theirs) });
    Ok(line)
}

fn profile(folder: &Path) -> &str {
    match folder.file_name().and_then(|name| name.to_str()) {
        Some("debug") | None => "dev",
        Some(profile) => profile,
    }
}

fn environment(stage: &Stage<'_>) -> BTreeMap<&'static str, String> {
    let mut env = stage.aws_environment();
    env.insert("DATABASE_URL", stage.database.app_url.clone());
    env.insert("JOBS_DATABASE_URL", stage.database.jobs_url.clone());
    env.insert("OWNER_DATABASE_URL", stage.database.owner_url.clone());
    env
}

/// What an instance may be started by: a call on something that is missing, which asks who calls and looks for it; for publishes, a publish.
fn first_event(stage: &Stage<'_>, operation: &str, nth: usize) -> Result<Value> {
    if JOBS.iter().any(|job| job.name == operation) {
        return Ok(json!({}));
    }
    if operation == "publish_connector" {
        let path = format!("/api/connectors/{PREFIX}-{nth}/publish");
        return Ok(event("POST", &path, &stage.token, Some(r#"{"base_version":0}"#)));
    }
    let Some(endpoint) = ENDPOINTS.iter().find(|endpoint| endpoint.operation == operation) else {
        return Ok(event("GET", "/nowhere", &stage.token, None));
    };
    let routes::Route { method, path, .. } = endpoint.route().with_context(|| format!("{operation} has no route"))?;
    let path: Vec<&str> = path.split('/').map(|segment| if segment.starts_with('{') { "missing" } else { segment }).collect();
    let body = ["POST", "PUT", "PATCH"].contains(&method).then_some("{}");
    Ok(event(method, &path.join("/"), &stage.token, body))
}

/// Refusals are answers too; failures are not.
fn is_answered(answer: &Value) -> bool {
    answer.get("errorMessage").is_none() && answer["statusCode"].as_u64().is_none_or(|status| status < 500)
}

/// As API Gateway sends it, format 2.0.
fn event(method: &str, path: &str, token: &str, body: Option<&str>) -> Value {
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"authorization": format!("Bearer {token}"), "content-type": "application/json", "host": "api.example.com"},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "api",
            "domainName": "api.example.com",
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "bench"},
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "$default",
            "stage": "$default",
            "time": "21/Nov/2026:00:00:00 +0000",
            "timeEpoch": 1_795_219_200_000_u64
        },
        "body": body,
        "isBase64Encoded": false
    })
}
