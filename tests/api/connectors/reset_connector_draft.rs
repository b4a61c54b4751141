use serde_json::json;
use tests::{Api, config, without_flows};

const DRAFT: &str = "/api/connectors/crm/draft";

#[tokio::test]
async fn the_draft_becomes_the_active_version_again_and_what_it_held_stays_in_the_history() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    let edited = api.patch_draft("crm", json!({"settings": {"batch": 1}})).await;
    let history = api.history_length("crm").await;
    let draft = api.delete(DRAFT).await.ok();
    assert_eq!((&draft["config"], &draft["base_version"], &draft["has_unpublished_changes"]), (&config(), &json!(1), &json!(false)));
    assert_ne!(draft["etag"], edited["etag"]);
    assert_eq!(api.history_length("crm").await, history + 1);
    let query = "SELECT count(*) FROM resource_versions WHERE encode(digest, 'hex') = $1";
    let kept: i64 = sqlx::query_scalar(query).bind(edited["etag"].as_str().unwrap()).fetch_one(&api.owner_db).await.unwrap();
    assert_eq!(kept, 1);
    api.finish().await;
}

#[tokio::test]
async fn a_draft_that_was_overtaken_is_based_on_the_active_version_afterwards() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.publish_next("crm", 1).await;
    api.patch_draft("crm", json!({"settings": {"mine": true}})).await;
    api.post("/api/connectors/crm/rollback").json(json!({"version": 1, "base_version": 2})).await.ok();
    let draft = api.delete(DRAFT).await.ok();
    assert_eq!((&draft["config"], &draft["base_version"], &draft["active_version"]), (&config(), &json!(3), &json!(3)));
    api.publish_next("crm", 3).await;
    api.finish().await;
}

#[tokio::test]
async fn what_was_never_published_becomes_empty() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let draft = api.delete(DRAFT).await.ok();
    assert_eq!((&draft["config"], &draft["base_version"]), (&without_flows(), &json!(0)));
    api.finish().await;
}

#[tokio::test]
async fn a_reset_of_a_clean_draft_changes_nothing() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    let (before, history) = (api.draft("crm").await, api.history_length("crm").await);
    assert_eq!(api.delete(DRAFT).as_(&api.ci).await.ok(), before);
    assert_eq!(api.history_length("crm").await, history);
    api.finish().await;
}

#[tokio::test]
async fn a_stale_if_match_is_refused() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    let read = api.draft("crm").await["etag"].clone();
    let edited = api.patch_draft("crm", json!({"settings": {"batch": 1}})).await;
    let refused = api.delete(DRAFT).if_match(&read).await.problem(412, "precondition_failed");
    assert_eq!(refused["etag"], edited["etag"]);
    api.delete(DRAFT).if_match(&edited["etag"]).await.ok();
    api.finish().await;
}
