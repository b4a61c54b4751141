use serde_json::json;
use tests::{Api, config};

const ARCHIVE: &str = "/api/connectors/crm/archive";

#[tokio::test]
async fn an_archive_is_a_new_version_with_the_active_digest_marked_archived() {
    let api = Api::start().await;
    let first = api.publish_first("crm").await;
    let answer = api.post(ARCHIVE).json(json!({"base_version": 1, "note": "unused"})).await.ok();
    let expected = json!({
        "version": 2, "digest": first["digest"], "published_at": answer["published_at"], "source": "designer-publish", "event_id": answer["event_id"],
    });
    assert_eq!(answer, expected);
    let version = api.get("/api/connectors/crm/versions/2").await.ok();
    assert_eq!((&version["archived"], &version["is_active"], &version["note"]), (&json!(true), &json!(true), &json!("unused")));
    assert_eq!(api.get("/api/connectors/crm").await.ok()["archived"], true);
    api.finish().await;
}

#[tokio::test]
async fn workers_get_the_tombstone() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.dispatch().await;
    api.post(ARCHIVE).as_(&api.ci).json(json!({"base_version": 1})).await.ok();
    api.dispatch().await;
    let told = api.messages(&api.fleets[1]).await;
    assert_eq!(serde_json::to_value(told.last().unwrap().event).unwrap(), "archived");
    let id = told[0].resource_id;
    let current = api.replica.current(api.tenant.workspace, id, replica::Read::Consistent).await.unwrap().unwrap();
    assert!(current.archived && current.version == 2);
    assert_eq!(api.get("/api/connectors/crm/versions/2").await.ok()["source"], "cli-publish");
    api.finish().await;
}

#[tokio::test]
async fn a_clean_draft_follows_and_one_with_changes_is_left_alone() {
    let api = Api::start().await;
    api.publish_first("clean").await;
    api.publish_first("changed").await;
    let edited = api.patch_draft("changed", json!({"settings": {"batch": 1}})).await;
    for slug in ["clean", "changed"] {
        api.post(&format!("/api/connectors/{slug}/archive")).json(json!({"base_version": 1})).await.ok();
    }
    let clean = api.draft("clean").await;
    assert_eq!((&clean["base_version"], &clean["has_unpublished_changes"]), (&json!(2), &json!(false)));
    let changed = api.draft("changed").await;
    assert_eq!((&changed["base_version"], &changed["etag"]), (&json!(1), &edited["etag"]));
    api.finish().await;
}

#[tokio::test]
async fn twice_is_no_change() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.post(ARCHIVE).json(json!({"base_version": 1})).await.ok();
    api.post(ARCHIVE).json(json!({"base_version": 2})).await.problem(409, "no_changes");
    api.post(ARCHIVE).json(json!({"base_version": 1})).await.problem(409, "version_conflict");
    api.finish().await;
}

#[tokio::test]
async fn what_was_never_published_can_not_be_archived() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    api.post(ARCHIVE).json(json!({"base_version": 0})).await.problem(409, "not_published");
    api.post(ARCHIVE).json(json!({})).await.problem(400, "base_version_required");
    api.finish().await;
}

#[tokio::test]
async fn the_base_version_has_to_be_the_active_one() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.post(ARCHIVE).json(json!({})).await.problem(400, "base_version_required");
    let refused = api.post(ARCHIVE).json(json!({"base_version": 0})).await.problem(409, "version_conflict");
    assert_eq!((&refused["active_version"], &refused["published_by"]), (&json!(1), &json!(api.tenant.owner_email)));
    api.finish().await;
}

#[tokio::test]
async fn a_repeat_with_its_idempotency_key_answers_the_same() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    let request = || api.post(ARCHIVE).idempotency_key("a").json(json!({"base_version": 1}));
    let first = request().await.ok();
    let again = request().await;
    assert!(again.is_replayed());
    assert_eq!(again.ok(), first);
    api.finish().await;
}

#[tokio::test]
async fn another_tenants_connector_is_not_found() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.post(ARCHIVE).as_(&api.other_tenant.token).json(json!({"base_version": 1})).await.problem(404, "not_found");
    api.finish().await;
}

#[tokio::test]
async fn a_stale_base_is_told_of_what_was_asked_for() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    let stale = |operation: &str| api.post(&format!("/api/connectors/crm/{operation}")).json(json!({"base_version": 9}));
    let told = |done: &str, again: &str, active: i32| {
        format!(
            "Version {active} of \"crm\" is active, and base_version names another. Nothing was {done}. Look at what changed, then {again} with base_version {active}."
        )
    };
    assert_eq!(stale("archive").await.problem(409, "version_conflict")["detail"], told("archived", "archive", 1));
    api.post("/api/connectors/crm/archive").json(json!({"base_version": 1})).await.ok();
    assert_eq!(stale("unarchive").await.problem(409, "version_conflict")["detail"], told("unarchived", "unarchive", 2));
    api.finish().await;
}
