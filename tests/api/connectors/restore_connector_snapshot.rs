use serde_json::json;
use tests::{Api, Token, config};

use super::get_connector_snapshot::snapshots;

#[tokio::test]
async fn what_was_never_published_can_be_brought_back() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    let lost = api.patch_draft("crm", json!({"settings": {"batch": 42}})).await;
    let id = *snapshots(&api).await.last().unwrap();
    api.delete("/api/connectors/crm/draft").await.ok();
    let path = format!("/api/connectors/crm/snapshots/{id}/restore");
    let draft = api.post(&path).await.ok();
    assert_eq!((&draft["config"], &draft["etag"], &draft["base_version"]), (&lost["config"], &lost["etag"], &json!(1)));
    assert_eq!(api.post(&path).as_(&api.ci).await.ok(), draft, "a second restore changes nothing");
    api.finish().await;
}

#[tokio::test]
async fn the_base_is_the_active_version() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let id = snapshots(&api).await[0];
    api.patch_draft("crm", json!({"settings": {"batch": 1}})).await;
    api.publish("crm", 0).await;
    let draft = api.post(&format!("/api/connectors/crm/snapshots/{id}/restore")).await.ok();
    assert_eq!((&draft["base_version"], &draft["config"]), (&json!(1), &config()));
    api.publish("crm", 1).await;
    api.finish().await;
}

#[tokio::test]
async fn a_repeat_with_its_idempotency_key_answers_the_same() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let id = snapshots(&api).await[0];
    api.patch_draft("crm", json!({"settings": {"batch": 1}})).await;
    let request = || api.post(&format!("/api/connectors/crm/snapshots/{id}/restore")).idempotency_key("s");
    let first = request().await.ok();
    let again = request().await;
    assert!(again.is_replayed());
    assert_eq!(again.ok(), first);
    api.finish().await;
}

#[tokio::test]
async fn refusals_come_in_the_contracts_order() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let id = snapshots(&api).await[0];
    let (viewer, stale) = (api.token(Token::Person("viewer")).await, json!("0".repeat(64)));
    let path = format!("/api/connectors/crm/snapshots/{id}/restore");
    api.post("/api/connectors/crm/snapshots/0/restore").as_(&viewer).if_match(&stale).await.problem(404, "not_found");
    api.post(&path).as_(&api.other_tenant.token).await.problem(404, "not_found");
    api.post(&path).as_(&viewer).if_match(&stale).await.problem(403, "forbidden");
    api.post(&path).if_match(&stale).await.problem(412, "precondition_failed");
    api.finish().await;
}
