use serde_json::json;
use tests::{Api, Token, assert_millis, config};

const DRAFT: &str = "/api/connectors/crm/draft";

#[tokio::test]
async fn a_draft_is_read_with_all_that_is_known_of_it() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let answer = api.get(DRAFT).await;
    let etag = answer.header("etag").unwrap().to_owned();
    let draft = answer.ok();
    let expected = json!({
        "config": config(), "base_version": 0, "active_version": 0, "has_unpublished_changes": true, "etag": draft["etag"],
        "updated_at": draft["updated_at"], "updated_by": api.tenant.owner_email, "warnings": [], "blockers": [],
    });
    assert_eq!(draft, expected);
    assert_millis(&draft["updated_at"]);
    assert_eq!(etag, format!("\"{}\"", domain::canonical::digest_of(&config())));
    api.finish().await;
}

#[tokio::test]
async fn it_names_who_wrote_last_and_the_service_by_its_email() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    api.patch(DRAFT).as_(&api.ci).json(json!({"settings": {"batch": 1}})).await.ok();
    assert_eq!(api.draft("crm").await["updated_by"], "ci-bot@acme.example");
    let agent = api.token(Token::Agent).await;
    api.patch(DRAFT).as_(&agent).json(json!({"settings": {"batch": 2}})).await.ok();
    assert_eq!(api.draft("crm").await["updated_by"], "agent@acme.example");
    api.finish().await;
}

#[tokio::test]
async fn the_config_comes_in_canonical_form_byte_for_byte() {
    let api = Api::start().await;
    let text = r#"{"slug": "crm", "name": "CRM", "config": {"settings": {"z": 1.0, "a": 1e3, "é": "\u00e9"}, "schema_version": "3.0", "event_flows": {}, "entities": {}}}"#;
    api.post("/api/connectors").bytes("application/json", text).await.with_status(201);
    let body = String::from_utf8(api.get(DRAFT).await.body).unwrap();
    let canonical = r#"{"entities":{},"event_flows":{},"schema_version":"3.0","settings":{"a":1000,"z":1,"é":"é"}}"#;
    assert!(body.contains(canonical), "{body}");
    api.finish().await;
}

#[tokio::test]
async fn a_path_reads_that_part() {
    let api = Api::start().await;
    let mut with_list = config();
    with_list["settings"]["stores"] = json!([{"id": "n1", "city": "Graz"}, {"id": "a/b", "city": "Linz"}]);
    api.create("crm", with_list.clone()).await;
    let cases = [
        ("", with_list.clone()),
        ("/settings/batch", json!(100)),
        ("/settings/stores/@n1/city", json!("Graz")),
        ("/settings/stores/@a~1b/city", json!("Linz")),
        ("/settings/stores/1/city", json!("Linz")),
        ("/entities/contact/key", json!(["id"])),
    ];
    for (path, value) in cases {
        let answer = api.get(&format!("{DRAFT}?path={path}")).await;
        assert!(answer.header("etag").is_some());
        let part = answer.ok();
        assert_eq!((&part["path"], &part["value"]), (&json!(path), &value));
        assert_eq!(part["base_version"], 0);
        assert!(part.get("config").is_none() && part["etag"].is_string());
    }
    for path in ["/nothing", "/settings/stores/@none", "/settings/batch/x", "settings"] {
        api.get(&format!("{DRAFT}?path={path}")).await.problem(404, "not_found");
    }
    api.finish().await;
}

#[tokio::test]
async fn another_tenants_draft_is_not_found() {
    let api = Api::start().await;
    let created = api.create("crm", config()).await;
    api.get("/api/connectors/none/draft").await.problem(404, "not_found");
    for reference in ["crm", created["id"].as_str().unwrap()] {
        api.get(&format!("/api/connectors/{reference}/draft")).as_(&api.other_tenant.token).await.problem(404, "not_found");
    }
    api.finish().await;
}
