use serde_json::{Value, json};
use tests::{Api, Token, config, fields};

const MERGE: &str = "/api/connectors/crm/draft/merge";

/// Version 2 (batch 2) was rolled back to version 1 (batch 100) as version 3, while the draft, based on 2, got this patch.
async fn overtaken(api: &Api, patch: Value) -> Value {
    api.publish_first("crm").await;
    api.publish_next("crm", 1).await;
    let draft = api.patch_draft("crm", patch).await;
    api.post("/api/connectors/crm/rollback").json(json!({"version": 1, "base_version": 2})).await.ok();
    draft
}

#[tokio::test]
async fn both_sides_changes_are_kept_and_the_draft_can_be_published_again() {
    let api = Api::start().await;
    overtaken(&api, json!({"settings": {"mine": true}, "entities": {"company": null}})).await;
    api.post("/api/connectors/crm/publish").json(json!({"base_version": 3})).await.problem(409, "version_conflict");
    let merged = api.post(MERGE).json(json!({})).await.ok();
    let mut expected = config();
    expected["settings"]["mine"] = json!(true);
    expected["entities"].as_object_mut().unwrap().remove("company");
    assert_eq!((&merged["config"], &merged["base_version"], &merged["active_version"]), (&expected, &json!(3), &json!(3)));
    assert_eq!(api.draft("crm").await, merged);
    assert_eq!(api.publish("crm", 3).await["version"], 4);
    api.finish().await;
}

#[tokio::test]
async fn conflicts_are_listed_with_all_three_sides_and_nothing_changes() {
    let api = Api::start().await;
    let draft = overtaken(&api, json!({"settings": {"batch": 9}})).await;
    let history = api.history_length("crm").await;
    let refused = api.post(MERGE).json(json!({})).await.problem(409, "merge_conflict");
    assert_eq!(refused["conflicts"], json!([{"path": "/settings/batch", "base": 2, "draft": 9, "active": 100}]));
    let now = api.draft("crm").await;
    assert_eq!((&now["etag"], &now["base_version"]), (&draft["etag"], &json!(2)));
    assert_eq!(api.history_length("crm").await, history);
    api.finish().await;
}

#[tokio::test]
async fn a_side_that_removed_a_thing_is_left_out_of_its_conflict() {
    let api = Api::start().await;
    overtaken(&api, json!({"settings": {"batch": null}})).await;
    let refused = api.post(MERGE).json(json!({})).await.problem(409, "merge_conflict");
    assert_eq!(refused["conflicts"], json!([{"path": "/settings/batch", "base": 2, "active": 100}]));
    api.finish().await;
}

#[tokio::test]
async fn a_resolution_chooses_the_side() {
    for (side, batch) in [("draft", 9), ("active", 100)] {
        let api = Api::start().await;
        overtaken(&api, json!({"settings": {"batch": 9, "mine": 1}})).await;
        let merged = api.post(MERGE).json(json!({"resolutions": {"/settings/batch": side}})).await.ok();
        assert_eq!((&merged["config"]["settings"]["batch"], &merged["config"]["settings"]["mine"]), (&json!(batch), &json!(1)));
        assert_eq!(merged["base_version"], 3);
        api.finish().await;
    }
}

#[tokio::test]
async fn while_any_conflict_is_unresolved_the_others_resolutions_do_nothing() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.patch_draft("crm", json!({"settings": {"batch": 2, "retries": 2}})).await;
    api.publish("crm", 1).await;
    api.patch_draft("crm", json!({"settings": {"batch": 9, "retries": 9}})).await;
    api.post("/api/connectors/crm/rollback").json(json!({"version": 1, "base_version": 2})).await.ok();
    let refused = api.post(MERGE).json(json!({"resolutions": {"/settings/batch": "draft"}})).await.problem(409, "merge_conflict");
    assert_eq!(refused["conflicts"], json!([{"path": "/settings/retries", "base": 2, "draft": 9}]));
    let both = json!({"resolutions": {"/settings/batch": "draft", "/settings/retries": "active"}});
    let merged = api.post(MERGE).json(both).await.ok();
    assert_eq!(merged["config"]["settings"], json!({"api_key": "secretsmanager:hubspot/key", "batch": 9}));
    api.finish().await;
}

#[tokio::test]
async fn resolutions_of_what_is_no_conflict_are_refused() {
    let api = Api::start().await;
    overtaken(&api, json!({"settings": {"batch": 9}})).await;
    let unknown = json!({"resolutions": {"/settings/batch": "draft", "/settings/api_key": "draft"}});
    let refused = api.post(MERGE).json(unknown).await.problem(422, "invalid_body");
    assert_eq!(fields(&refused["errors"], "pointer"), ["/resolutions/~1settings~1api_key"]);
    let wrong = json!({"resolutions": {"/settings/batch": "theirs"}});
    let refused = api.post(MERGE).json(wrong).await.problem(422, "invalid_body");
    assert_eq!(fields(&refused["errors"], "pointer"), ["/resolutions/~1settings~1batch"]);
    api.finish().await;
}

#[tokio::test]
async fn of_very_many_conflicts_those_that_do_not_fit_come_once_the_first_are_resolved() {
    let api = Api::start().await;
    let settings = |of: &str| {
        let all: serde_json::Map<String, Value> = (0..12_000).map(|n| (format!("key-{n:05}"), json!(of.repeat(80)))).collect();
        json!({"settings": all})
    };
    api.publish_first("crm").await;
    for (base, of) in [(1, "a"), (2, "b")] {
        api.patch_draft("crm", settings(of)).await;
        api.publish("crm", base).await;
    }
    api.patch_draft("crm", settings("c")).await;
    api.post("/api/connectors/crm/rollback").json(json!({"version": 2, "base_version": 3})).await.ok();
    let (mut resolutions, mut rounds) = (serde_json::Map::new(), 0);
    let merged = loop {
        let answer = api.post(MERGE).json(json!({"resolutions": resolutions})).await;
        if answer.status == 200 {
            break answer.ok();
        }
        let refused = answer.problem(409, "merge_conflict");
        rounds += 1;
        assert_eq!(refused.get("truncated").is_some(), rounds == 1, "round {rounds}");
        resolutions
            .extend(fields(&refused["conflicts"], "path").into_iter().map(|path| (path.as_str().unwrap().to_owned(), json!("active"))));
    };
    assert_eq!((resolutions.len(), rounds), (12_000, 2));
    assert_eq!(merged["config"]["settings"]["key-11999"], json!("a".repeat(80)));
    api.finish().await;
}

#[tokio::test]
async fn a_dry_run_answers_what_the_merge_would_leave_and_writes_nothing() {
    let api = Api::start().await;
    overtaken(&api, json!({"settings": {"mine": true}, "entities": {"contact": null}})).await;
    let (before, history) = (api.draft("crm").await, api.history_length("crm").await);
    let preview = api.post(MERGE).json(json!({"dry_run": true})).await.ok();
    assert_eq!((&preview["base_version"], &preview["config"]["settings"]["mine"]), (&json!(3), &json!(true)));
    assert_eq!(fields(&preview["blockers"], "code"), ["unknown_entity", "unknown_entity"]);
    assert_eq!((api.draft("crm").await, api.history_length("crm").await), (before, history));
    let merged = api.post(MERGE).json(json!({})).await.ok();
    for same in ["config", "etag", "base_version", "active_version", "has_unpublished_changes", "warnings", "blockers"] {
        assert_eq!(merged[same], preview[same], "{same}");
    }
    api.finish().await;
}

#[tokio::test]
async fn a_dry_run_names_conflicts_too() {
    let api = Api::start().await;
    overtaken(&api, json!({"settings": {"batch": 9}})).await;
    api.post(MERGE).json(json!({"dry_run": true})).await.problem(409, "merge_conflict");
    api.finish().await;
}

#[tokio::test]
async fn a_merge_that_leaves_the_active_version_leaves_a_clean_draft() {
    let api = Api::start().await;
    overtaken(&api, json!({"settings": {"batch": 100}})).await;
    let merged = api.post(MERGE).json(json!({})).await.ok();
    assert_eq!((&merged["base_version"], &merged["has_unpublished_changes"], &merged["config"]), (&json!(3), &json!(false), &config()));
    api.finish().await;
}

#[tokio::test]
async fn where_there_is_nothing_to_do_nothing_changes() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.patch_draft("crm", json!({"settings": {"mine": true}})).await;
    let (before, history) = (api.draft("crm").await, api.history_length("crm").await);
    assert_eq!(api.post(MERGE).as_(&api.ci).await.ok(), before);
    assert_eq!(api.history_length("crm").await, history);
    api.finish().await;
}

#[tokio::test]
async fn a_stale_if_match_is_refused_before_any_conflict() {
    let api = Api::start().await;
    let stale = overtaken(&api, json!({"settings": {"batch": 9}})).await["etag"].clone();
    let newer = api.patch_draft("crm", json!({"settings": {"batch": 10}})).await;
    let refused = api.post(MERGE).if_match(&stale).json(json!({})).await.problem(412, "precondition_failed");
    assert_eq!(refused["etag"], newer["etag"]);
    api.finish().await;
}

#[tokio::test]
async fn a_repeat_with_its_idempotency_key_answers_the_same_even_when_the_draft_moved_on() {
    let api = Api::start().await;
    overtaken(&api, json!({"settings": {"mine": true}})).await;
    let request = || api.post(MERGE).idempotency_key("m").json(json!({}));
    let first = request().await.ok();
    api.patch_draft("crm", json!({"settings": {"mine": false}})).await;
    let again = request().await;
    assert!(again.is_replayed());
    assert_eq!(again.ok(), first);
    let other = api.post(MERGE).idempotency_key("m").json(json!({"resolutions": {"/a": "draft"}}));
    other.await.problem(422, "idempotency_key_reused");
    api.finish().await;
}

#[tokio::test]
async fn a_conflict_is_not_kept_for_a_repeat() {
    let api = Api::start().await;
    overtaken(&api, json!({"settings": {"batch": 9}})).await;
    api.post(MERGE).idempotency_key("m").json(json!({})).await.problem(409, "merge_conflict");
    api.post(MERGE).idempotency_key("m").json(json!({"resolutions": {"/settings/batch": "active"}})).await.ok();
    api.finish().await;
}

#[tokio::test]
async fn viewers_and_strangers_are_refused() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let viewer = api.token(Token::Person("viewer")).await;
    api.post(MERGE).as_(&viewer).await.problem(403, "forbidden");
    api.post(MERGE).as_(&viewer).json(json!({"dry_run": true})).await.problem(403, "forbidden");
    api.post(MERGE).as_(&api.other_tenant.token).await.problem(404, "not_found");
    api.finish().await;
}
