use serde_json::json;
use tests::{Api, config, fields, without_flows};

const FLOWS: &str = "/api/connectors/crm/draft/event-flows";

#[tokio::test]
async fn an_event_flow_is_added_and_replaced_unwrapped() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let flow = json!({"entity": "company", "action": "ignore", "mapping": {}, "filter": "properties.size > 10", "enabled": true});
    let mut expected = config();
    for (source, kind) in [("shop", "order.created"), ("hubspot", "contact.created")] {
        let draft = api.put(&format!("{FLOWS}/{source}/{kind}")).json(flow.clone()).await.ok();
        expected["event_flows"][source][kind] = flow.clone();
        assert_eq!(draft["config"], expected);
    }
    api.finish().await;
}

#[tokio::test]
async fn one_for_an_unknown_entity_is_stored_and_blocks() {
    let api = Api::start().await;
    api.create("crm", without_flows()).await;
    let flow = json!({"entity": "ghost", "action": "upsert", "mapping": {}});
    let draft = api.put(&format!("{FLOWS}/shop/order.created")).json(flow.clone()).await.ok();
    assert_eq!(draft["config"]["event_flows"]["shop"]["order.created"], flow);
    assert_eq!(fields(&draft["blockers"], "path"), ["/event_flows/shop/order.created/entity"]);
    api.finish().await;
}

#[tokio::test]
async fn what_breaks_the_schema_is_refused() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let cases = [
        (json!({"entity": "contact", "action": "upsert"}), ""),
        (json!({"entity": "contact", "action": "drop", "mapping": {}}), "/action"),
        (json!({"entity": "contact", "action": "upsert", "mapping": {"id": 1}}), "/mapping/id"),
        (json!({"entity": "contact", "action": "upsert", "mapping": {}, "enabled": "yes"}), "/enabled"),
        (json!({"entity": "contact", "action": "upsert", "mapping": {}, "filter": "é".repeat(2049)}), "/filter"),
    ];
    for (flow, pointer) in cases {
        let refused = api.put(&format!("{FLOWS}/shop/x")).json(flow).await.problem(422, "schema_violation");
        assert_eq!(fields(&refused["errors"], "pointer"), [pointer]);
    }
    api.put(&format!("{FLOWS}/bad%20source/x")).json(json!({})).await.problem(422, "schema_violation");
    assert_eq!(api.draft("crm").await["config"], config());
    api.finish().await;
}

#[tokio::test]
async fn a_filter_may_be_4096_bytes() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let flow = json!({"entity": "contact", "action": "upsert", "mapping": {}, "filter": "é".repeat(2048)});
    api.put(&format!("{FLOWS}/shop/x")).json(flow).await.ok();
    api.finish().await;
}

#[tokio::test]
async fn a_stale_if_match_is_refused() {
    let api = Api::start().await;
    let created = api.create("crm", config()).await;
    let flow = json!({"entity": "contact", "action": "upsert", "mapping": {}});
    let request = || api.put(&format!("{FLOWS}/shop/x")).if_match(&created["etag"]).json(flow.clone());
    request().await.ok();
    request().await.problem(412, "precondition_failed");
    api.finish().await;
}
