use serde_json::{Value, json};
use tests::{Api, Token, assert_millis, fields};

const REDRIVE: &str = "/v1/replica/redrive";

/// Gives all rows of the outbox up, as the dispatcher does with one that can never be delivered.
async fn give_up(api: &Api) {
    sqlx::query("UPDATE outbox SET dead_at = clock_timestamp(), attempts = 5, last_error = 'no such table'")
        .execute(&api.owner_db)
        .await
        .unwrap();
}

#[tokio::test]
async fn dead_events_are_tried_again() {
    let api = Api::start().await;
    let published = api.publish_first("crm").await;
    give_up(&api).await;
    api.dispatch().await;
    let dead = api.get("/v1/replica/outbox?state=dead").await.ok();
    let item = &dead["items"][0];
    assert_eq!((&item["state"], &item["lastError"], &item["attempts"]), (&json!("dead"), &json!("no such table"), &json!(5)));
    assert_eq!(item["nextAttemptAtUtc"], Value::Null);
    assert_millis(&item["deadAtUtc"]);

    assert_eq!(api.post(REDRIVE).await.ok(), json!({"eventIds": [published["event_id"]]}));
    let pending = api.get("/v1/replica/outbox").await.ok();
    assert_eq!((&pending["items"][0]["attempts"], &pending["items"][0]["deadAtUtc"]), (&json!(0), &Value::Null));
    api.dispatch().await;
    assert_eq!(api.get("/v1/replica/connector/crm").await.ok()["inSync"], true);
    assert_eq!(api.post(REDRIVE).await.ok(), json!({"eventIds": []}));
    api.finish().await;
}

#[tokio::test]
async fn named_events_alone_are_tried_again() {
    let api = Api::start().await;
    let first = api.publish_first("crm").await;
    let second = api.publish_first("erp").await;
    give_up(&api).await;
    let redriven = api.post(REDRIVE).json(json!({"eventIds": [second["event_id"]]})).await.ok();
    assert_eq!(redriven, json!({"eventIds": [second["event_id"]]}));
    let dead = api.get("/v1/replica/outbox?state=dead").await.ok();
    assert_eq!(fields(&dead["items"], "eventId"), [&first["event_id"]]);
    assert_eq!(api.post(REDRIVE).json(json!({"eventIds": []})).await.ok(), json!({"eventIds": []}));
    api.post(REDRIVE).json(json!({"eventIds": null})).await.ok();
    api.finish().await;
}

#[tokio::test]
async fn only_admins_may_and_only_for_their_own_workspace() {
    let api = Api::start().await;
    let published = api.publish_first("crm").await;
    give_up(&api).await;
    for token in [Token::Person("editor"), Token::Service(&["read", "publish"]), Token::Agent, Token::Application] {
        let token = api.token(token).await;
        api.post(REDRIVE).as_(&token).await.problem(403, "forbidden");
    }
    let other = api.post(REDRIVE).as_(&api.other_tenant.token).json(json!({"eventIds": [published["event_id"]]}));
    assert_eq!(other.await.ok(), json!({"eventIds": []}));
    api.post(REDRIVE).json(json!({"eventIds": ["x"]})).await.problem(422, "invalid_body");
    api.post(REDRIVE).await.ok();
    api.finish().await;
}
