use serde_json::json;
use tests::{Api, config, fields};

const SETTINGS: &str = "/api/connectors/crm/draft/settings";

#[tokio::test]
async fn settings_are_replaced_as_a_whole_and_are_free_form() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let settings = json!({"key": "env:API_KEY", "nested": {"list": [1, null, {"a": true}]}, "é 1": 0.5});
    let draft = api.put(SETTINGS).json(settings.clone()).await.ok();
    let mut expected = config();
    expected["settings"] = settings;
    assert_eq!(draft["config"], expected);
    api.put(SETTINGS).json(json!({})).await.ok();
    api.finish().await;
}

#[tokio::test]
async fn settings_are_an_object() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    api.put(SETTINGS).await.problem(400, "malformed_json");
    for bad in [json!([]), json!("x"), json!(null)] {
        let refused = api.put(SETTINGS).json(bad).await.problem(422, "schema_violation");
        assert_eq!(fields(&refused["errors"], "pointer"), [""]);
    }
    api.finish().await;
}

#[tokio::test]
async fn the_same_settings_again_change_nothing() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let before = api.draft("crm").await;
    assert_eq!(api.put(SETTINGS).as_(&api.ci).json(config()["settings"].clone()).await.ok(), before);
    api.finish().await;
}

#[tokio::test]
async fn a_stale_if_match_is_refused() {
    let api = Api::start().await;
    let created = api.create("crm", config()).await;
    api.put(SETTINGS).if_match(&created["etag"]).json(json!({})).await.ok();
    api.put(SETTINGS).if_match(&created["etag"]).json(json!({"a": 1})).await.problem(412, "precondition_failed");
    api.finish().await;
}
