use serde_json::{Value, json};
use tests::{Api, Token, assert_millis, config, config_of_size, fields};

const DRAFT: &str = "/api/connectors/crm/draft";

#[tokio::test]
async fn a_patch_answers_the_draft_as_it_is_now() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    let answer = api.patch(DRAFT).json(json!({"settings": {"batch": 7}})).await;
    let etag = answer.header("etag").unwrap().to_owned();
    let draft = answer.ok();
    let mut expected_config = config();
    expected_config["settings"]["batch"] = json!(7);
    let expected = json!({
        "config": expected_config, "base_version": 1, "active_version": 1, "has_unpublished_changes": true,
        "etag": domain::canonical::digest_of(&expected_config), "updated_at": draft["updated_at"], "updated_by": api.tenant.owner_email,
        "warnings": [], "blockers": [],
    });
    assert_eq!(draft, expected);
    assert_millis(&draft["updated_at"]);
    assert_eq!(etag, format!("\"{}\"", draft["etag"].as_str().unwrap()));
    assert_eq!(api.draft("crm").await, draft);
    api.finish().await;
}

#[tokio::test]
async fn what_is_absent_stays_null_removes_and_arrays_replace() {
    let api = Api::start().await;
    let mut before = config();
    before["settings"]["hosts"] = json!(["a", "b"]);
    api.create("crm", before).await;
    let patch = json!({"settings": {"hosts": ["c"], "batch": null}, "entities": {"company": null, "contact": {"fields": {"phone": {"type": "string"}}}}});
    let draft = api.patch_draft("crm", patch).await;
    let mut expected = config();
    expected["settings"] = json!({"api_key": "secretsmanager:hubspot/key", "hosts": ["c"]});
    expected["entities"].as_object_mut().unwrap().remove("company");
    expected["entities"]["contact"]["fields"]["phone"] = json!({"type": "string"});
    assert_eq!(draft["config"], expected);
    api.finish().await;
}

#[tokio::test]
async fn both_content_types_of_a_patch_are_taken() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    for (nth, content_type) in ["application/merge-patch+json", "Application/JSON; charset=utf-8"].into_iter().enumerate() {
        let body = json!({"settings": {"nth": nth}}).to_string();
        let draft = api.patch(DRAFT).bytes(content_type, body).await.ok();
        assert_eq!(draft["config"]["settings"]["nth"], nth);
    }
    for content_type in ["text/plain", "application/json-patch+json", ""] {
        api.patch(DRAFT).bytes(content_type, "{}").await.problem(415, "unsupported_media_type");
    }
    api.finish().await;
}

#[tokio::test]
async fn a_patch_that_changes_nothing_changes_nothing() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let (before, history) = (api.draft("crm").await, api.history_length("crm").await);
    for patch in [json!({}), json!({"settings": {"batch": 100.0}}), json!({"settings": {"nothing": null}})] {
        assert_eq!(api.patch(DRAFT).as_(&api.ci).json(patch).await.ok(), before);
    }
    api.patch(DRAFT).as_(&api.ci).await.problem(400, "malformed_json");
    assert_eq!(api.history_length("crm").await, history);
    api.finish().await;
}

#[tokio::test]
async fn every_change_is_a_snapshot_of_the_history_and_none_is_published() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    for batch in 0..3 {
        api.patch_draft("crm", json!({"settings": {"batch": batch}})).await;
    }
    assert_eq!(api.history_length("crm").await, 4);
    assert_eq!(api.get("/api/connectors/crm").await.ok()["active_version"], 0);
    api.finish().await;
}

#[tokio::test]
async fn a_patch_keeps_the_base_version_of_the_draft() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.publish_next("crm", 1).await;
    api.patch_draft("crm", json!({"settings": {"mine": true}})).await;
    api.post("/api/connectors/crm/rollback").json(json!({"version": 1, "base_version": 2})).await.ok();
    let draft = api.patch_draft("crm", json!({"settings": {"mine": false}})).await;
    assert_eq!((&draft["base_version"], &draft["active_version"]), (&json!(2), &json!(3)));
    api.finish().await;
}

#[tokio::test]
async fn if_match_lets_only_the_reader_of_the_newest_draft_write() {
    let api = Api::start().await;
    let old = api.create("crm", config()).await["etag"].clone();
    let editor = api.token(Token::Person("editor")).await;
    let now = api.patch(DRAFT).as_(&editor).if_match(&old).json(json!({"settings": {"batch": 1}})).await.ok();
    let refused = api.patch(DRAFT).if_match(&old).json(json!({"settings": {"batch": 2}})).await.problem(412, "precondition_failed");
    assert_eq!((&refused["etag"], &refused["updated_by"], &refused["updated_at"]), (&now["etag"], &now["updated_by"], &now["updated_at"]));
    assert_ne!(now["updated_by"], json!(api.tenant.owner_email));
    assert_eq!(api.draft("crm").await, now);

    let quoted = json!(format!("\"{}\"", now["etag"].as_str().unwrap()));
    let next = api.patch(DRAFT).if_match(&quoted).json(json!({"settings": {"batch": 3}})).await.ok();
    api.patch(DRAFT).header("if-match", "*").json(json!({"settings": {"batch": 4}})).await.ok();
    // A stale If-Match is refused even where the write would change nothing.
    api.patch(DRAFT).if_match(&next["etag"]).json(json!({})).await.problem(412, "precondition_failed");
    api.finish().await;
}

#[tokio::test]
async fn what_breaks_the_schema_is_refused_with_pointers() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let before = api.draft("crm").await;
    let cases = [
        (json!({"schema_version": "2.0"}), "/schema_version"),
        (json!({"schema_version": null}), ""),
        (json!({"entities": {"bad name": {"fields": {}}}}), "/entities/bad name"),
        (json!({"entities": {"..": {"fields": {}}}}), "/entities/.."),
        (json!({"entities": {"contact": {"fields": {"id": {"type": 7}}}}}), "/entities/contact/fields/id/type"),
        (json!({"event_flows": {"hubspot": {"contact.created": {"action": "destroy"}}}}), "/event_flows/hubspot/contact.created/action"),
        (
            json!({"event_flows": {"hubspot": {"contact.created": {"filter": "x".repeat(4097)}}}}),
            "/event_flows/hubspot/contact.created/filter",
        ),
        (json!({"settings": []}), "/settings"),
        (json!([]), ""),
        (json!("text"), ""),
        (Value::Null, ""),
    ];
    for (patch, pointer) in cases {
        let refused = api.patch(DRAFT).json(patch.clone()).await.problem(422, "schema_violation");
        assert_eq!(fields(&refused["errors"], "pointer"), [pointer], "{patch}");
    }
    let two = json!({"settings": 1, "entities": {"contact": {"fields": {"id": {"type": null}}}}});
    let refused = api.patch(DRAFT).json(two).await.problem(422, "schema_violation");
    assert_eq!(refused["errors"].as_array().unwrap().len(), 2, "{refused}");
    assert_eq!(api.draft("crm").await, before);
    api.finish().await;
}

#[tokio::test]
async fn what_breaks_meaning_is_stored_with_warnings_and_blockers() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let draft = api
        .patch_draft("crm", json!({"entities": {"contact": null}, "x-note": 1, "event_flows": {"hubspot": {"contact.deleted": null}}}))
        .await;
    assert_eq!(fields(&draft["blockers"], "code"), ["unknown_entity"]);
    assert_eq!(fields(&draft["blockers"], "path"), ["/event_flows/hubspot/contact.created/entity"]);
    assert_eq!(fields(&draft["warnings"], "code"), ["unknown_entity", "unknown_key"]);
    assert!(draft["blockers"][0]["message"].as_str().unwrap().contains("contact"));
    assert_eq!(draft["config"]["x-note"], 1);
    assert_eq!(api.draft("crm").await, draft);
    api.finish().await;
}

#[tokio::test]
async fn the_config_that_a_patch_would_leave_is_measured_to_the_byte() {
    let api = Api::start().await;
    const MOST: usize = 4_194_304;
    api.create("crm", config_of_size(MOST - 1)).await;
    let grown = config_of_size(MOST);
    let patch = json!({"settings": grown["settings"]});
    let draft = api.patch(DRAFT).json(patch).await.ok();
    assert_eq!(domain::Canonical::of(&draft["config"]).bytes.len(), MOST);

    let refused = api.patch(DRAFT).json(json!({"settings": {"y": 1}})).await.problem(413, "payload_too_large");
    assert!(refused["detail"].as_str().unwrap().contains(&MOST.to_string()), "{refused}");
    assert_eq!(api.draft("crm").await["etag"], draft["etag"]);
    api.publish("crm", 0).await;
    api.finish().await;
}

#[tokio::test]
async fn refusals_come_in_the_contracts_order() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let (viewer, stale) = (api.token(Token::Person("viewer")).await, "0".repeat(64));
    let too_large = vec![b' '; 4_194_304 + 65_536 + 1];
    let bad_header = |request: tests::Request| request.header("if-match", "none such");

    bad_header(api.patch(DRAFT)).anonymously().bytes("text/plain", too_large.clone()).await.problem(401, "unauthorized");
    bad_header(api.patch(DRAFT)).bytes("text/plain", too_large).await.problem(413, "payload_too_large");
    bad_header(api.patch(DRAFT)).bytes("text/plain", "{").await.problem(415, "unsupported_media_type");
    bad_header(api.patch(DRAFT)).bytes("application/json", "{").await.problem(400, "malformed_json");
    bad_header(api.patch("/api/connectors/none/draft")).json(json!({})).await.problem(400, "invalid_header");
    let elsewhere = api.patch("/api/connectors/none/draft").header("x-fcc-workspace", "nowhere");
    elsewhere.json(json!({})).await.problem(400, "workspace_required");
    let not_there = api.patch("/api/connectors/none/draft").as_(&viewer).header("if-match", &stale);
    not_there.json(json!({"settings": 1})).await.problem(404, "not_found");
    api.patch(DRAFT).as_(&viewer).header("if-match", &stale).json(json!({"settings": 1})).await.problem(403, "forbidden");
    api.patch(DRAFT).header("if-match", &stale).json(json!({"settings": 1})).await.problem(412, "precondition_failed");
    api.patch(DRAFT).json(json!({"settings": 1})).await.problem(422, "schema_violation");
    api.finish().await;
}

#[tokio::test]
async fn another_tenants_connector_is_not_found() {
    let api = Api::start().await;
    let created = api.create("crm", config()).await;
    for reference in ["crm", created["id"].as_str().unwrap()] {
        let path = format!("/api/connectors/{reference}/draft");
        api.patch(&path).as_(&api.other_tenant.token).json(json!({})).await.problem(404, "not_found");
    }
    api.finish().await;
}
