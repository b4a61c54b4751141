use tests::{Api, config};

const FLOWS: &str = "/api/connectors/crm/draft/event-flows";

#[tokio::test]
async fn an_event_flow_is_removed_and_its_source_with_the_last_one() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let draft = api.delete(&format!("{FLOWS}/hubspot/contact.created")).await.ok();
    let mut expected = config();
    expected["event_flows"]["hubspot"].as_object_mut().unwrap().remove("contact.created");
    assert_eq!(draft["config"], expected);
    let draft = api.delete(&format!("{FLOWS}/hubspot/contact.deleted")).await.ok();
    assert_eq!(draft["config"]["event_flows"], serde_json::json!({}));
    api.finish().await;
}

#[tokio::test]
async fn one_that_is_not_there_is_not_found() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    for path in ["hubspot/ghost", "ghost/contact.created"] {
        api.delete(&format!("{FLOWS}/{path}")).await.problem(404, "not_found");
    }
    api.delete("/api/connectors/none/draft/event-flows/hubspot/contact.created").await.problem(404, "not_found");
    assert_eq!(api.history_length("crm").await, 1);
    api.finish().await;
}

#[tokio::test]
async fn a_stale_if_match_is_refused() {
    let api = Api::start().await;
    let created = api.create("crm", config()).await;
    api.delete(&format!("{FLOWS}/hubspot/contact.created")).if_match(&created["etag"]).await.ok();
    api.delete(&format!("{FLOWS}/hubspot/contact.deleted")).if_match(&created["etag"]).await.problem(412, "precondition_failed");
    api.finish().await;
}
