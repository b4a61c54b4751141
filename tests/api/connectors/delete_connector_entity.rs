use tests::{Api, config, fields};

const ENTITIES: &str = "/api/connectors/crm/draft/entities";

#[tokio::test]
async fn an_entity_is_removed() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let draft = api.delete(&format!("{ENTITIES}/company")).await.ok();
    let mut expected = config();
    expected["entities"].as_object_mut().unwrap().remove("company");
    assert_eq!(draft["config"], expected);
    assert_eq!(api.draft("crm").await, draft);
    api.finish().await;
}

#[tokio::test]
async fn event_flows_that_name_it_block_the_next_publish() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let draft = api.delete(&format!("{ENTITIES}/contact")).await.ok();
    assert_eq!(fields(&draft["blockers"], "code"), ["unknown_entity", "unknown_entity"]);
    api.finish().await;
}

#[tokio::test]
async fn one_that_is_not_there_is_not_found() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    for name in ["ghost", "fields", "a%20b"] {
        api.delete(&format!("{ENTITIES}/{name}")).await.problem(404, "not_found");
    }
    assert_eq!(api.history_length("crm").await, 1);
    api.finish().await;
}

#[tokio::test]
async fn a_stale_if_match_is_refused() {
    let api = Api::start().await;
    let created = api.create("crm", config()).await;
    api.delete(&format!("{ENTITIES}/company")).if_match(&created["etag"]).await.ok();
    api.delete(&format!("{ENTITIES}/contact")).if_match(&created["etag"]).await.problem(412, "precondition_failed");
    api.finish().await;
}
