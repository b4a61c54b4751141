use serde_json::json;
use tests::{Api, config, config_of_size, fields, without_flows};

const ENTITIES: &str = "/api/connectors/crm/draft/entities";

#[tokio::test]
async fn an_entity_is_added_and_replaced_unwrapped() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let deal = json!({"fields": {"id": {"type": "string"}}});
    let draft = api.put(&format!("{ENTITIES}/deal")).json(deal.clone()).await.ok();
    let mut expected = config();
    expected["entities"]["deal"] = deal.clone();
    assert_eq!(draft["config"], expected);
    let draft = api.put(&format!("{ENTITIES}/contact")).json(deal.clone()).await.ok();
    expected["entities"]["contact"] = deal;
    assert_eq!(draft["config"], expected);
    assert_eq!(fields(&draft["blockers"], "code"), ["unknown_mapping_field"]);
    assert_eq!(api.draft("crm").await, draft);
    api.finish().await;
}

#[tokio::test]
async fn the_same_entity_again_changes_nothing() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let before = api.draft("crm").await;
    let same = config()["entities"]["contact"].clone();
    assert_eq!(api.put(&format!("{ENTITIES}/contact")).as_(&api.ci).json(same).await.ok(), before);
    assert_eq!(api.history_length("crm").await, 1);
    api.finish().await;
}

#[tokio::test]
async fn names_of_all_allowed_characters_work_and_others_do_not() {
    let api = Api::start().await;
    api.create("crm", without_flows()).await;
    let entity = json!({"fields": {}});
    let longest = "n".repeat(128);
    for (in_path, name) in [("a.b_C-1:x", "a.b_C-1:x"), ("a%2Eb", "a.b"), (longest.as_str(), longest.as_str())] {
        let draft = api.put(&format!("{ENTITIES}/{in_path}")).json(entity.clone()).await.ok();
        assert!(draft["config"]["entities"].get(name).is_some(), "{name}");
    }
    let too_long = "n".repeat(129);
    for bad in ["a%20b", "%C3%A9", too_long.as_str()] {
        api.put(&format!("{ENTITIES}/{bad}")).json(entity.clone()).await.problem(422, "schema_violation");
    }
    api.finish().await;
}

#[tokio::test]
async fn what_breaks_the_schema_is_refused_with_a_pointer_into_the_body() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let refused = api.put(&format!("{ENTITIES}/deal")).json(json!({"fields": []})).await.problem(422, "schema_violation");
    assert_eq!(fields(&refused["errors"], "pointer"), ["/fields"]);
    api.put(&format!("{ENTITIES}/deal")).json(json!(7)).await.problem(422, "schema_violation");
    assert_eq!(api.draft("crm").await["config"], config());
    api.finish().await;
}

#[tokio::test]
async fn the_config_that_it_would_leave_is_measured() {
    let api = Api::start().await;
    api.create("crm", config_of_size(4_194_304)).await;
    api.put(&format!("{ENTITIES}/a")).json(json!({"fields": {}})).await.problem(413, "payload_too_large");
    api.finish().await;
}

#[tokio::test]
async fn a_stale_if_match_is_refused() {
    let api = Api::start().await;
    let created = api.create("crm", config()).await;
    let request = || api.put(&format!("{ENTITIES}/deal")).if_match(&created["etag"]).json(json!({"fields": {}}));
    request().await.ok();
    request().await.problem(412, "precondition_failed");
    api.finish().await;
}
