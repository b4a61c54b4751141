//! The same router behind API Gateway: its events in, its answers out.

use aws_sdk_dynamodb::types::AttributeValue;
use functions::app::App;
use functions::jobs::{dispatch_outbox, reconcile_replica, sweep};
use functions::settings::Settings;
use lambda_http::Service as _;
use lambda_http::lambda_runtime::{Context, LambdaEvent};
use lambda_http::request::LambdaRequest;
use replica::schema;
use serde_json::{Value, json};
use tests::Api;

use crate::events::from_api_gateway as event;
use crate::table::Ours;

async fn answer(app: &App, event: Value) -> Value {
    let mut service = lambda_http::Adapter::from(functions::gateway::router(app.clone()));
    let request: LambdaRequest = serde_json::from_value(event).unwrap();
    serde_json::to_value(service.call(LambdaEvent::new(request, Context::default())).await.unwrap()).unwrap()
}

#[tokio::test]
async fn the_gateways_request_id_is_ours() {
    let api = Api::start().await;
    let answer = answer(&api.app, event("GET", "/v1/me", json!({}), None)).await;
    assert_eq!(answer["statusCode"], 401);
    assert_eq!(answer["headers"]["x-request-id"], "JKJaXmPLvHcESHA=");
    assert_eq!(answer["isBase64Encoded"], false);
    let problem: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
    assert_eq!(problem["requestId"], "JKJaXmPLvHcESHA=");
    api.finish().await;
}

#[tokio::test]
async fn a_request_through_the_gateway_writes_and_reads() {
    let api = Api::start().await;
    let headers = json!({"authorization": format!("Bearer {}", api.tenant.token), "content-type": "application/json"});
    let body = json!({"slug": "crm", "name": "CRM", "config": tests::config()}).to_string();
    let created = answer(&api.app, event("POST", "/api/connectors", headers.clone(), Some(&body))).await;
    assert_eq!(created["statusCode"], 201, "{created}");
    let published = answer(&api.app, event("POST", "/api/connectors/crm/publish", headers, Some(r#"{"base_version": 0}"#))).await;
    assert_eq!(published["statusCode"], 200, "{published}");
    assert_eq!(api.draft("crm").await["active_version"], 1);
    api.finish().await;
}

#[tokio::test]
async fn a_compressed_answer_is_marked_as_binary() {
    let api = Api::start().await;
    let plain = answer(&api.app, event("GET", "/openapi.json", json!({}), None)).await;
    assert_eq!((&plain["isBase64Encoded"], &plain["body"]), (&json!(false), &json!(functions::openapi::json())));
    let compressed = answer(&api.app, event("GET", "/openapi.json", json!({"accept-encoding": "gzip"}), None)).await;
    assert_eq!(compressed["headers"]["content-encoding"], "gzip");
    assert_eq!(compressed["isBase64Encoded"], true);
    // The two bytes with which gzip begins, and its method.
    assert!(compressed["body"].as_str().unwrap().starts_with("H4sI"), "{}", compressed["body"]);
    api.finish().await;
}

#[tokio::test]
async fn what_no_route_takes_is_a_problem_behind_the_gateway_too() {
    let api = Api::start().await;
    let answer = answer(&api.app, event("GET", "/no/such/place", json!({}), None)).await;
    assert_eq!(answer["statusCode"], 404);
    assert_eq!(answer["headers"]["content-type"], "application/problem+json");
    api.finish().await;
}

/// A function has one connection: a handler or a job that asks for a second while it holds the first waits for itself.
#[tokio::test]
async fn one_connection_is_enough_for_every_endpoint_and_job() {
    let api = Api::start().await;
    let calls = Ours::make(&api).await.calls();
    let app = App::new(Settings { database_connections: 1, ..api.app.settings.clone() }).unwrap();
    let headers = json!({"authorization": format!("Bearer {}", api.tenant.token), "content-type": "application/json"});
    let mut published = 0;
    for call in calls {
        let body = call.body.as_ref().map(Value::to_string);
        let answer = answer(&app, event(call.method.as_str(), &call.path, headers.clone(), body.as_deref())).await;
        let status = answer["statusCode"].as_u64().unwrap();
        assert!(status < 500 && (status != 401 || call.is_open()), "{}: {answer}", call.operation);
        published += u32::from(status == 200 && call.access == functions::routes::Access::Mints);
    }
    assert!(published > 1, "hardly anything was published");
    assert!(dispatch_outbox::run(&app).await.unwrap().delivered > 0);
    lose_current(&api).await;
    assert_eq!(reconcile_replica::run(&app, reconcile_replica::Options::default()).await.unwrap().requested, 1);
    dispatch_outbox::run(&app).await.unwrap();
    sweep::run(&app).await.unwrap();
    api.finish().await;
}

/// The replica loses what workers read first.
async fn lose_current(api: &Api) {
    let id = sqlx::query_scalar("SELECT id FROM resources WHERE slug = 'crm'").fetch_one(&api.owner_db).await.unwrap();
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let item = api.cloud.dynamo.delete_item().table_name(api.replica.table());
    let item = item.key(schema::PK, text(&schema::resource_pk(api.tenant.workspace, id))).key(schema::SK, text(schema::CURRENT));
    item.send().await.unwrap();
}
