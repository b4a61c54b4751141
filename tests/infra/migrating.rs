//! The migrations as a deployment starts them: its custom resource gets an answer, whatever happens.

use std::net::Ipv4Addr;
use std::time::Duration;

use anyhow::anyhow;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::put;
use dev::stack::database::Database;
use functions::jobs::migrate::{self, Options};
use functions::lambda::custom_resource;
use functions::settings::{MigrationSettings, OwnServer};
use serde_json::{Value, json};
use sqlx::PgPool;
use tests::{Scratch, scratch_database};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

const LONG: Duration = Duration::from_secs(600);
const RANDOM: [u8; 32] = [7; 32];

/// Where CloudFormation waits for the answer.
pub struct Waiting {
    url: String,
    answers: mpsc::UnboundedReceiver<Value>,
}

pub async fn cloudformation() -> Waiting {
    let (tell, answers) = mpsc::unbounded_channel();
    let taken = async |State(tell): State<mpsc::UnboundedSender<Value>>, headers: HeaderMap, body: Bytes| {
        // The address is signed for a request without a content type.
        if headers.contains_key("content-type") {
            return StatusCode::FORBIDDEN;
        }
        tell.send(serde_json::from_slice(&body).unwrap()).unwrap();
        StatusCode::OK
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("http://{}/answer?signature=abc", listener.local_addr().unwrap());
    let router = axum::Router::new().route("/answer", put(taken)).with_state(tell);
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    Waiting { url, answers }
}

impl Waiting {
    pub fn event(&self, kind: &str, properties: Value) -> Value {
        let mut event = json!({
            "RequestType": kind,
            "ServiceToken": "arn:aws:lambda:eu-west-1:123456789012:function:fetchcatch-prod-job-Migrate",
            "ResponseURL": self.url,
            "StackId": "arn:aws:cloudformation:eu-west-1:123456789012:stack/fetchcatch-prod/0a1b",
            "RequestId": "d0c5",
            "LogicalResourceId": "Migration",
            "ResourceType": "Custom::Migration",
            "ResourceProperties": properties,
        });
        if kind != "Create" {
            event["PhysicalResourceId"] = json!("fetchcatch-schema");
        }
        event
    }

    /// There is exactly one.
    pub fn answer(&mut self) -> Value {
        let answer = self.answers.try_recv().unwrap_or_else(|_| panic!("CloudFormation was not told"));
        assert!(self.answers.try_recv().is_err(), "CloudFormation was told twice");
        assert_eq!((&answer["RequestId"], &answer["LogicalResourceId"]), (&json!("d0c5"), &json!("Migration")));
        assert_eq!(answer["PhysicalResourceId"], "fetchcatch-schema");
        answer
    }

    async fn send(&mut self, kind: &str, outcome: impl FnOnce() -> anyhow::Result<Value>) -> Value {
        let event = self.event(kind, json!({"Release": "1"}));
        let data = json!({"AppUrl": "postgres://fc_app"});
        custom_resource::answer(event, LONG, &data, |_: Options| async { outcome() }).await.unwrap();
        self.answer()
    }
}

/// The password that a URL carries.
fn password(url: &str) -> String {
    url.split_once("://").and_then(|(_, rest)| rest.split_once('@')?.0.split_once(':')).unwrap().1.to_owned()
}

#[expect(clippy::disallowed_methods, reason = "where a test's server is can only come from outside")]
pub fn settings(scratch: &Scratch, own_server: bool) -> MigrationSettings {
    let database = &scratch.database;
    let own_server = own_server.then(|| OwnServer {
        admin_database_url: std::env::var("FETCHCATCH_TEST_ADMIN_URL").unwrap(),
        owner_password: password(&database.owner_url),
        app_password: password(&database.app_url),
        jobs_password: password(&database.jobs_url),
    });
    MigrationSettings {
        owner_database_url: database.owner_url.clone(),
        app_database_url: database.app_url.clone(),
        jobs_database_url: database.jobs_url.clone(),
        own_server,
    }
}

#[tokio::test]
async fn a_first_deployment_makes_the_schema_and_the_first_owner_and_a_second_one_finds_them() {
    let (mut waiting, scratch) = (cloudformation().await, scratch_database().await);
    let settings = settings(&scratch, true);
    for (kind, release) in [("Create", "1"), ("Update", "2")] {
        let event = waiting.event(kind, json!({"Release": release, "OwnerEmail": "Ada@acme.example", "Database": "writer"}));
        let work = async |options: Options| Ok(json!(migrate::release(&settings, &options, RANDOM).await?));
        custom_resource::answer(event, LONG, &settings.of_functions(), work).await.unwrap();
        let answer = waiting.answer();
        assert_eq!((&answer["Status"], answer.get("Reason")), (&json!("SUCCESS"), None));
        // What the functions connect with, and what CloudFormation's pages don't show.
        let Database { app_url, jobs_url, .. } = &scratch.database;
        assert_eq!((&answer["NoEcho"], &answer["Data"]), (&json!(true), &json!({"AppUrl": app_url, "JobsUrl": jobs_url})));
    }
    let db = PgPool::connect(&scratch.database.owner_url).await.unwrap();
    let people: Vec<(String, String, String, String)> = sqlx::query_as(
        "SELECT t.slug, w.slug, u.email, m.role FROM memberships m JOIN users u ON u.id = m.user_id
           JOIN workspaces w ON w.id = m.workspace_id JOIN tenants t ON t.id = w.tenant_id",
    )
    .fetch_all(&db)
    .await
    .unwrap();
    let text = |text: &str| text.to_owned();
    assert_eq!(people, [(text("main"), text("main"), text("Ada@acme.example"), text("owner"))]);
    db.close().await;
    scratch.remove().await;
}

#[tokio::test]
async fn a_login_that_functions_could_not_use_fails_the_deployment_and_not_the_functions() {
    let (mut waiting, scratch) = (cloudformation().await, scratch_database().await);
    let right = settings(&scratch, false);
    let wrong = right.app_database_url.replace(&password(&right.app_database_url), "wrong");
    let settings = MigrationSettings { app_database_url: wrong, ..right };
    let event = waiting.event("Update", json!({"Release": "1"}));
    let work = async |options: Options| Ok(json!(migrate::release(&settings, &options, RANDOM).await?));
    custom_resource::answer(event, LONG, &settings.of_functions(), work).await.unwrap();
    let answer = waiting.answer();
    assert_eq!(answer["Status"], "FAILED");
    assert!(answer["Reason"].as_str().unwrap().starts_with("the functions can't connect as fc_app to "), "{answer}");
    scratch.remove().await;
}

#[tokio::test]
async fn an_operator_gets_a_link_that_signs_in_once() {
    let scratch = scratch_database().await;
    let settings = settings(&scratch, false);
    let founding = Options { owner_email: Some("ada@acme.example".into()), sign_in: None };
    assert!(migrate::release(&settings, &founding, RANDOM).await.unwrap().founded);

    let event = json!({"sign_in": "ADA@acme.example"});
    let work = async |options: Options| Ok(json!(migrate::release(&settings, &options, RANDOM).await?));
    let answer = custom_resource::answer(event, LONG, &settings.of_functions(), work).await.unwrap();
    let code = answer["sign_in"].as_str().unwrap().strip_prefix("/auth/login?code=").unwrap();
    let db = store::Db::connect_lazily(&scratch.database.app_url, 1).unwrap();
    let (_, digest) = domain::token::parse(code).unwrap();
    let session = |nth: u8| domain::Digest::of(&[nth]);
    assert!(store::callers::begin_session(&db, digest, session(1)).await.unwrap().is_some());
    assert!(store::callers::begin_session(&db, digest, session(2)).await.unwrap().is_none(), "it signed in twice");

    let stranger = Options { owner_email: None, sign_in: Some("eve@acme.example".into()) };
    let refused = migrate::release(&settings, &stranger, RANDOM).await.unwrap_err();
    assert!(refused.to_string().contains("eve@acme.example"), "{refused}");
    drop(db);
    scratch.remove().await;
}

#[tokio::test]
async fn a_failure_is_answered_with_its_reason() {
    let mut waiting = cloudformation().await;
    let answer = waiting.send("Create", || Err(anyhow!("the disk is full").context("migrations/17_Runs.sql"))).await;
    assert_eq!((&answer["Status"], &answer["Reason"]), (&json!("FAILED"), &json!("migrations/17_Runs.sql: the disk is full")));
    assert_eq!(answer["Data"], json!({}));
}

#[tokio::test]
async fn a_reason_stays_within_what_cloudformation_takes() {
    let mut waiting = cloudformation().await;
    let answer = waiting.send("Create", || Err(anyhow!("x".repeat(10_000)))).await;
    assert!(answer.to_string().len() < 4096);
}

#[tokio::test]
async fn a_panic_is_answered_too() {
    let mut waiting = cloudformation().await;
    let answer = waiting.send("Update", || panic!("a bug")).await;
    assert_eq!(answer["Status"], "FAILED");
    assert!(answer["Reason"].as_str().unwrap().contains("panicked"), "{answer}");
}

#[tokio::test]
async fn migrations_that_outlast_the_function_are_answered_before_it_ends() {
    let mut waiting = cloudformation().await;
    let event = waiting.event("Update", json!({}));
    let endless = |_: Options| std::future::pending();
    custom_resource::answer(event, Duration::from_secs(20), &json!({}), endless).await.unwrap();
    let answer = waiting.answer();
    assert_eq!(answer["Status"], "FAILED");
    assert!(answer["Reason"].as_str().unwrap().contains("Deploy again"), "{answer}");
}

#[tokio::test]
async fn a_deletion_is_answered_and_touches_nothing() {
    let mut waiting = cloudformation().await;
    let answer = waiting.send("Delete", || panic!("a deletion migrated")).await;
    assert_eq!(answer["Status"], "SUCCESS");
}

#[tokio::test]
async fn a_release_that_is_rolled_back_finds_a_later_schema_and_lets_it_be() {
    let (mut waiting, scratch) = (cloudformation().await, scratch_database().await);
    let settings = settings(&scratch, false);
    migrate::run(&settings.owner_database_url).await.unwrap();
    let db = PgPool::connect(&scratch.database.owner_url).await.unwrap();
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999999999, 'Later', true, '', 0)",
    )
    .execute(&db)
    .await
    .unwrap();
    for (kind, status) in [("Update", "SUCCESS"), ("Create", "FAILED")] {
        let event = waiting.event(kind, json!({"Release": "0"}));
        let work = async |options: Options| Ok(json!(migrate::release(&settings, &options, RANDOM).await?));
        custom_resource::answer(event, LONG, &settings.of_functions(), work).await.unwrap();
        let answer = waiting.answer();
        assert_eq!(answer["Status"], status, "{kind}");
        // The functions that came back read it, too.
        assert_eq!(answer["Data"].get("AppUrl").is_some(), kind == "Update");
    }
    db.close().await;
    scratch.remove().await;
}
