use serde_json::json;
use tests::{Api, assert_millis, config, fields};

const ROLLBACK: &str = "/api/connectors/crm/rollback";

async fn two_versions(api: &Api) {
    api.publish_first("crm").await;
    api.publish_next("crm", 1).await;
}

#[tokio::test]
async fn a_former_versions_config_becomes_the_next_version() {
    let api = Api::start().await;
    two_versions(&api).await;
    let answer = api.post(ROLLBACK).json(json!({"version": 1, "base_version": 2, "note": "bad batch"})).await.ok();
    let expected = json!({
        "version": 3, "digest": domain::canonical::digest_of(&config()), "published_at": answer["published_at"], "source": "rollback",
        "event_id": answer["event_id"],
    });
    assert_eq!(answer, expected);
    assert_millis(&answer["published_at"]);
    let version = api.get("/api/connectors/crm/versions/3").await.ok();
    assert_eq!((&version["restored_from"], &version["note"], &version["surface"]), (&json!(1), &json!("bad batch"), &json!("designer")));
    assert_eq!((&version["config"], &version["is_active"]), (&config(), &json!(true)));
    api.dispatch().await;
    assert_eq!(serde_json::to_value(api.messages(&api.fleets[0]).await.last().unwrap().event).unwrap(), "rolled_back");
    api.finish().await;
}

#[tokio::test]
async fn a_clean_draft_follows() {
    let api = Api::start().await;
    two_versions(&api).await;
    api.post(ROLLBACK).json(json!({"version": 1, "base_version": 2})).await.ok();
    let draft = api.draft("crm").await;
    assert_eq!((&draft["base_version"], &draft["has_unpublished_changes"], &draft["config"]), (&json!(3), &json!(false), &config()));
    api.publish_next("crm", 3).await;
    api.finish().await;
}

#[tokio::test]
async fn a_draft_with_changes_is_left_alone() {
    let api = Api::start().await;
    two_versions(&api).await;
    let edited = api.patch_draft("crm", json!({"settings": {"batch": 9}})).await;
    api.post(ROLLBACK).json(json!({"version": 1, "base_version": 2})).await.ok();
    let draft = api.draft("crm").await;
    assert_eq!((&draft["etag"], &draft["updated_at"], &draft["base_version"]), (&edited["etag"], &edited["updated_at"], &json!(2)));
    assert_eq!((&draft["active_version"], &draft["has_unpublished_changes"]), (&json!(3), &json!(true)));
    api.finish().await;
}

#[tokio::test]
async fn blockers_never_stop_a_rollback() {
    let api = Api::start().await;
    two_versions(&api).await;
    api.patch_draft("crm", json!({"entities": {"contact": null}})).await;
    api.post(ROLLBACK).json(json!({"version": 1, "base_version": 2})).await.ok();
    api.finish().await;
}

#[tokio::test]
async fn refusals_come_in_the_contracts_order() {
    let api = Api::start().await;
    two_versions(&api).await;
    api.post(ROLLBACK).json(json!({"base_version": 1})).await.problem(422, "invalid_body");
    api.post(ROLLBACK).json(json!({"version": "1", "base_version": 2})).await.problem(422, "invalid_body");
    api.post("/api/connectors/none/rollback").json(json!({"version": 1})).await.problem(404, "not_found");
    for missing in [0, -1, 3] {
        let refused = api.post(ROLLBACK).json(json!({"version": missing})).await.problem(404, "not_found");
        assert_eq!(refused["detail"], format!("There is no version {missing} of connector \"crm\"; its newest is 2."));
    }
    api.post(ROLLBACK).json(json!({"version": 1})).await.problem(400, "base_version_required");
    let refused = api.post(ROLLBACK).json(json!({"version": 2, "base_version": 1})).await.problem(409, "version_conflict");
    assert_eq!((&refused["active_version"], &refused["draft_base_version"]), (&json!(2), &json!(2)));
    let detail = "Version 2 of \"crm\" is active, and base_version names another. Nothing was rolled back. Look at what changed, then roll back with base_version 2.";
    assert_eq!(refused["detail"], detail);
    assert_eq!(refused["resolutions"], json!(["reset_draft", "keep_editing", "merge"]));
    api.post(ROLLBACK).json(json!({"version": 2, "base_version": 2})).await.problem(409, "no_changes");
    api.post("/api/connectors/crm/archive").json(json!({"base_version": 2})).await.ok();
    api.post(ROLLBACK).json(json!({"version": 3, "base_version": 3})).await.problem(409, "archived");
    api.finish().await;
}

#[tokio::test]
async fn a_version_with_the_active_digest_under_another_number_is_no_change_either() {
    let api = Api::start().await;
    two_versions(&api).await;
    api.post(ROLLBACK).json(json!({"version": 1, "base_version": 2})).await.ok();
    api.post(ROLLBACK).json(json!({"version": 1, "base_version": 3})).await.problem(409, "no_changes");
    api.finish().await;
}

#[tokio::test]
async fn what_was_never_published_has_nothing_to_roll_back_to() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    api.post(ROLLBACK).json(json!({"version": 1, "base_version": 0})).await.problem(404, "not_found");
    api.finish().await;
}

#[tokio::test]
async fn a_repeat_with_its_idempotency_key_answers_the_same_and_publishes_once() {
    let api = Api::start().await;
    two_versions(&api).await;
    let request = || api.post(ROLLBACK).idempotency_key("r").json(json!({"version": 1, "base_version": 2}));
    let first = request().await.ok();
    let again = request().await;
    assert!(again.is_replayed());
    assert_eq!(again.ok(), first);
    api.post(ROLLBACK).idempotency_key("r").json(json!({"version": 2, "base_version": 3})).await.problem(422, "idempotency_key_reused");
    let listed = api.get("/api/connectors/crm/versions").await.ok();
    assert_eq!(fields(&listed["items"], "version"), [3, 2, 1]);
    api.finish().await;
}

#[tokio::test]
async fn another_tenants_connector_is_not_found() {
    let api = Api::start().await;
    two_versions(&api).await;
    let request = api.post(ROLLBACK).as_(&api.other_tenant.token).json(json!({"version": 1, "base_version": 2}));
    request.await.problem(404, "not_found");
    api.finish().await;
}
