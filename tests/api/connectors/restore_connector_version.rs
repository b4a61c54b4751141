use serde_json::json;
use tests::{Api, Token, config};

const RESTORE: &str = "/api/connectors/crm/versions/1/restore";

#[tokio::test]
async fn the_versions_config_becomes_the_draft_based_on_the_active_version() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.publish_next("crm", 1).await;
    let answer = api.post(RESTORE).await;
    assert!(answer.header("etag").is_some());
    let draft = answer.ok();
    assert_eq!((&draft["config"], &draft["base_version"], &draft["active_version"]), (&config(), &json!(2), &json!(2)));
    assert_eq!((&draft["has_unpublished_changes"], &draft["updated_by"]), (&json!(true), &json!(api.tenant.owner_email)));
    assert_eq!(api.get("/api/connectors/crm").await.ok()["active_version"], 2, "nothing is published");
    let from: Option<i32> =
        sqlx::query_scalar("SELECT restored_from FROM resource_versions WHERE version IS NULL ORDER BY id DESC LIMIT 1")
            .fetch_one(&api.owner_db)
            .await
            .unwrap();
    assert_eq!(from, Some(1));
    assert_eq!(api.publish("crm", 2).await["version"], 3);
    api.finish().await;
}

#[tokio::test]
async fn a_draft_that_was_overtaken_is_based_on_the_active_version_afterwards() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.publish_next("crm", 1).await;
    api.patch_draft("crm", json!({"settings": {"mine": true}})).await;
    api.post("/api/connectors/crm/rollback").json(json!({"version": 1, "base_version": 2})).await.ok();
    let draft = api.post("/api/connectors/crm/versions/2/restore").await.ok();
    assert_eq!((&draft["base_version"], &draft["config"]["settings"]["batch"]), (&json!(3), &json!(2)));
    api.publish("crm", 3).await;
    api.finish().await;
}

#[tokio::test]
async fn restoring_what_the_draft_is_changes_nothing() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    let (before, history) = (api.draft("crm").await, api.history_length("crm").await);
    assert_eq!(api.post(RESTORE).as_(&api.ci).await.ok(), before);
    assert_eq!(api.history_length("crm").await, history);
    api.finish().await;
}

#[tokio::test]
async fn an_archived_connectors_draft_can_be_restored() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.publish_next("crm", 1).await;
    api.post("/api/connectors/crm/archive").json(json!({"base_version": 2})).await.ok();
    assert_eq!(api.post(RESTORE).await.ok()["base_version"], 3);
    api.finish().await;
}

#[tokio::test]
async fn a_repeat_with_its_idempotency_key_answers_the_same() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.publish_next("crm", 1).await;
    let first = api.post(RESTORE).idempotency_key("x").await.ok();
    api.patch_draft("crm", json!({"settings": {"batch": 77}})).await;
    let again = api.post(RESTORE).idempotency_key("x").await;
    assert!(again.is_replayed());
    assert_eq!(again.ok(), first);
    assert_eq!(api.draft("crm").await["config"]["settings"]["batch"], 77);
    let other = api.post("/api/connectors/crm/versions/2/restore").idempotency_key("x");
    other.await.problem(422, "idempotency_key_reused");
    api.finish().await;
}

#[tokio::test]
async fn refusals_come_in_the_contracts_order() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    let viewer = api.token(Token::Person("viewer")).await;
    let stale = json!("0".repeat(64));
    for path in
        ["/api/connectors/crm/versions/2/restore", "/api/connectors/none/versions/1/restore", "/api/connectors/crm/versions/x/restore"]
    {
        api.post(path).as_(&viewer).if_match(&stale).await.problem(404, "not_found");
    }
    api.post(RESTORE).as_(&api.other_tenant.token).await.problem(404, "not_found");
    api.post(RESTORE).as_(&viewer).if_match(&stale).await.problem(403, "forbidden");
    api.post(RESTORE).if_match(&stale).await.problem(412, "precondition_failed");
    api.finish().await;
}
