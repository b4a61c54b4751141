//! Each binary under Amazon's own emulator of the Lambda runtime, started by events as AWS sends them.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::put;
use dev::lambdas;
use dev::runtime_emulator::RuntimeEmulator;
use dev::settings::Settings;
use functions::routes::JOBS;
use serde_json::{Value, json};
use tests::{Api, scratch_database};
use tokio::net::TcpListener;
use tokio::sync::{OnceCell, mpsc};

use crate::events;
use crate::table::Ours;

/// The settings of this project, with all binaries built.
async fn built() -> &'static Settings {
    static BUILT: OnceCell<Settings> = OnceCell::const_new();
    BUILT
        .get_or_init(|| async {
            let settings = Settings::from_env().unwrap();
            lambdas::build(&settings).await.unwrap();
            settings
        })
        .await
}

/// The function's answer to one event, from a process of its own.
async fn invoked(operation: &str, env: &BTreeMap<&str, String>, event: &Value) -> Value {
    let settings = built().await;
    let emulator = RuntimeEmulator::start(settings, &lambdas::binary(settings, operation), env).await.unwrap();
    let answer = emulator.invoke(event).await.unwrap();
    emulator.stop().await.unwrap();
    answer
}

/// What the deployment tells a function, with this test's own database, table and queues.
fn environment(api: &Api) -> BTreeMap<&'static str, String> {
    let settings = &api.app.settings;
    let keys = settings.aws.keys.clone().unwrap();
    BTreeMap::from([
        ("DATABASE_URL", api.database.app_url.clone()),
        ("JOBS_DATABASE_URL", api.database.jobs_url.clone()),
        ("REPLICA_TABLE", api.replica.table().to_owned()),
        ("WORKER_QUEUE_URLS", api.fleets.join(",")),
        ("CONSOLE_URL", settings.console_url.clone()),
        // One that does not answer: who signs in is led back to the sign-in page.
        ("OIDC_ISSUER", "http://127.0.0.1:1".to_owned()),
        ("OIDC_CLIENT_ID", "fetchcatch".to_owned()),
        ("OIDC_CLIENT_SECRET", "secret".to_owned()),
        ("STACK_NAME", "fetchcatch-test".to_owned()),
        ("AWS_ENDPOINT_URL", settings.aws.endpoint_url.clone().unwrap()),
        ("AWS_REGION", settings.aws.region.clone()),
        ("AWS_ACCESS_KEY_ID", keys.0),
        ("AWS_SECRET_ACCESS_KEY", keys.1),
    ])
}

#[tokio::test]
async fn every_endpoint_answers_the_gateways_event() {
    let api = Api::start().await;
    let (env, calls) = (environment(&api), Ours::make(&api).await.calls());
    let headers = json!({"authorization": format!("Bearer {}", api.tenant.token), "content-type": "application/json"});
    for call in calls {
        let body = call.body.as_ref().map(Value::to_string);
        let event = events::from_api_gateway(call.method.as_str(), &call.path, headers.clone(), body.as_deref());
        let answer = invoked(call.operation, &env, &event).await;
        let status = answer["statusCode"].as_u64().unwrap_or_else(|| panic!("{}: {answer}", call.operation));
        assert!(status < 500 && status != 404 && (status != 401 || call.is_open()), "{}: {answer}", call.operation);
        assert_eq!(answer["headers"]["x-request-id"], event["requestContext"]["requestId"], "{}", call.operation);
    }
    api.finish().await;
}

#[tokio::test]
async fn what_no_route_takes_is_answered_by_its_own_function() {
    let api = Api::start().await;
    let answer = invoked("not_found", &environment(&api), &events::from_api_gateway("GET", "/nowhere", json!({}), None)).await;
    assert_eq!((&answer["statusCode"], &answer["headers"]["content-type"]), (&json!(404), &json!("application/problem+json")));
    api.finish().await;
}

#[tokio::test]
async fn nudges_and_schedules_start_the_jobs() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    let env = environment(&api);
    assert_eq!(invoked("dispatch_outbox", &env, &events::kept("sqs")).await, json!({"batchItemFailures": []}));
    assert_eq!(api.get("/v1/replica/connector/crm").await.ok()["inSync"], true);
    for job in JOBS.iter().filter(|job| job.every.is_some()) {
        let answer = invoked(job.name, &env, &events::kept("schedule")).await;
        assert!(answer.is_object() && answer.get("errorMessage").is_none(), "{}: {answer}", job.name);
    }
    api.finish().await;
}

#[tokio::test]
async fn a_job_that_fails_says_so_and_gives_its_nudges_back() {
    let api = Api::start().await;
    let mut env = environment(&api);
    env.insert("JOBS_DATABASE_URL", api.database.jobs_url.replace("fc_jobs:", "fc_jobs:not"));
    let nudges = events::kept("sqs");
    let failed: Vec<Value> =
        nudges["Records"].as_array().unwrap().iter().map(|nudge| json!({"itemIdentifier": nudge["messageId"]})).collect();
    assert_eq!(invoked("dispatch_outbox", &env, &nudges).await, json!({"batchItemFailures": failed}));
    let answer = invoked("reconcile_replica", &env, &events::kept("schedule")).await;
    assert!(answer["errorMessage"].is_string(), "{answer}");
    api.finish().await;
}

/// Where CloudFormation waits for a custom resource's answer.
async fn cloudformation() -> (String, mpsc::UnboundedReceiver<Value>) {
    let (tell, answers) = mpsc::unbounded_channel();
    let taken = async |State(tell): State<mpsc::UnboundedSender<Value>>, body: Bytes| {
        tell.send(serde_json::from_slice(&body).unwrap()).unwrap();
        StatusCode::OK
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("http://{}/answer?signature=abc", listener.local_addr().unwrap());
    let router = axum::Router::new().route("/answer", put(taken)).with_state(tell);
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (url, answers)
}

#[tokio::test]
async fn a_deployment_starts_the_migrations_and_is_told_of_their_outcome() {
    let ((url, mut answers), scratch) = (cloudformation().await, scratch_database().await);
    let mut event = events::kept("custom_resource");
    event["ResponseURL"] = json!(url);
    event["ResourceProperties"]["OwnerEmail"] = json!("ada@acme.example");
    for (owner_url, status) in
        [("postgres://fc_owner@127.0.0.1:1/none".to_owned(), "FAILED"), (scratch.database.owner_url.clone(), "SUCCESS")]
    {
        let (app_url, jobs_url) = (scratch.database.app_url.clone(), scratch.database.jobs_url.clone());
        let env = BTreeMap::from([("OWNER_DATABASE_URL", owner_url), ("DATABASE_URL", app_url), ("JOBS_DATABASE_URL", jobs_url)]);
        invoked("migrate", &env, &event).await;
        let answer = answers.try_recv().unwrap();
        assert_eq!((&answer["Status"], &answer["RequestId"]), (&json!(status), &event["RequestId"]), "{answer}");
    }
    for (kind, status) in [("Create", "FAILED"), ("Delete", "SUCCESS")] {
        event["RequestType"] = json!(kind);
        invoked("migrate", &BTreeMap::new(), &event).await;
        let answer = answers.try_recv().unwrap();
        assert_eq!(answer["Status"], status, "without its variables, at {kind}: {answer}");
    }
    let db = sqlx::PgPool::connect(&scratch.database.owner_url).await.unwrap();
    let owner: String =
        sqlx::query_scalar("SELECT u.email FROM memberships m JOIN users u ON u.id = m.user_id").fetch_one(&db).await.unwrap();
    assert_eq!(owner, "ada@acme.example");
    db.close().await;
    scratch.remove().await;
}
