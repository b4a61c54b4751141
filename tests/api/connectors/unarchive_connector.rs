use serde_json::json;
use tests::{Api, config};

const UNARCHIVE: &str = "/api/connectors/crm/unarchive";

async fn archived(api: &Api) {
    api.publish_first("crm").await;
    api.post("/api/connectors/crm/archive").json(json!({"base_version": 1})).await.ok();
}

#[tokio::test]
async fn an_unarchive_is_a_new_version_with_the_active_digest_no_longer_archived() {
    let api = Api::start().await;
    archived(&api).await;
    let answer = api.post(UNARCHIVE).as_(&api.ci).json(json!({"base_version": 2})).await.ok();
    let expected = json!({
        "version": 3, "digest": domain::canonical::digest_of(&config()), "published_at": answer["published_at"], "source": "cli-publish",
        "event_id": answer["event_id"],
    });
    assert_eq!(answer, expected);
    let connector = api.get("/api/connectors/crm").await.ok();
    assert_eq!((&connector["archived"], &connector["active_version"]), (&json!(false), &json!(3)));
    assert_eq!(api.get("/api/connectors/crm/versions/2").await.ok()["archived"], true);
    api.dispatch().await;
    assert_eq!(serde_json::to_value(api.messages(&api.fleets[0]).await.last().unwrap().event).unwrap(), "unarchived");
    api.publish_next("crm", 3).await;
    api.finish().await;
}

#[tokio::test]
async fn one_that_is_not_archived_is_no_change() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.post(UNARCHIVE).json(json!({"base_version": 1})).await.problem(409, "no_changes");
    api.create("erp", config()).await;
    api.post("/api/connectors/erp/unarchive").json(json!({"base_version": 0})).await.problem(409, "not_published");
    api.finish().await;
}

#[tokio::test]
async fn what_was_edited_meanwhile_can_be_merged_and_published() {
    let api = Api::start().await;
    archived(&api).await;
    let draft = api.patch_draft("crm", json!({"settings": {"batch": 1}})).await;
    assert_eq!(draft["base_version"], 2);
    api.post(UNARCHIVE).json(json!({"base_version": 2})).await.ok();
    api.post("/api/connectors/crm/publish").json(json!({"base_version": 3})).await.problem(409, "version_conflict");
    api.post("/api/connectors/crm/draft/merge").await.ok();
    assert_eq!(api.publish("crm", 3).await["version"], 4);
    api.finish().await;
}

#[tokio::test]
async fn the_base_version_has_to_be_the_active_one() {
    let api = Api::start().await;
    archived(&api).await;
    api.post(UNARCHIVE).await.problem(400, "base_version_required");
    api.post(UNARCHIVE).json(json!({"base_version": 1})).await.problem(409, "version_conflict");
    api.finish().await;
}

#[tokio::test]
async fn a_repeat_with_its_idempotency_key_answers_the_same() {
    let api = Api::start().await;
    archived(&api).await;
    let request = || api.post(UNARCHIVE).idempotency_key("u").json(json!({"base_version": 2}));
    let first = request().await.ok();
    let again = request().await;
    assert!(again.is_replayed());
    assert_eq!(again.ok(), first);
    api.finish().await;
}
