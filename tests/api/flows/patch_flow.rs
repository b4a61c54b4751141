use serde_json::json;
use tests::{Api, Token, config, fields, graph, graph_with};

const FLOW: &str = "/v1/flows/discounts";

#[tokio::test]
async fn a_flow_can_be_renamed() {
    let api = Api::start().await;
    let created = api.create_flow("discounts", graph()).await;
    let renamed = api.patch(FLOW).json(json!({"name": " Rebates "})).await.ok();
    assert_eq!((&renamed["name"], &renamed["slug"], &renamed["id"]), (&json!("Rebates"), &json!("discounts"), &created["id"]));
    assert_eq!(api.get(FLOW).await.ok(), renamed);
    api.finish().await;
}

#[tokio::test]
async fn a_rename_to_the_same_name_or_to_nothing_changes_nothing() {
    let api = Api::start().await;
    api.create_flow("discounts", graph()).await;
    let before = api.get(FLOW).await.ok();
    for body in [json!({}), json!({"name": "discounts"}), json!({"name": null})] {
        assert_eq!(api.patch(FLOW).json(body).await.ok(), before);
    }
    api.finish().await;
}

#[tokio::test]
async fn the_connector_of_that_slug_keeps_its_name() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    api.create_flow("crm", graph()).await;
    api.patch("/v1/flows/crm").json(json!({"name": "Customers"})).await.ok();
    assert_eq!(api.get("/api/connectors/crm").await.ok()["name"], "crm");
    api.finish().await;
}

#[tokio::test]
async fn only_the_name_can_be_changed_and_only_to_one() {
    let api = Api::start().await;
    api.create_flow("discounts", graph()).await;
    for bad in [json!(""), json!("a\nb"), json!("x".repeat(201)), json!(7)] {
        let refused = api.patch(FLOW).json(json!({"name": bad})).await.problem(422, "invalid_body");
        assert_eq!(fields(&refused["errors"], "pointer"), ["/name"]);
    }
    api.patch(FLOW).json(json!({"slug": "rebates"})).await.problem(422, "invalid_body");
    api.patch(FLOW).json(json!({"graph": graph()})).await.problem(422, "invalid_body");
    assert_eq!(api.get(FLOW).await.ok()["name"], "discounts");
    api.finish().await;
}

#[tokio::test]
async fn refusals_come_in_the_contracts_order() {
    let api = Api::start().await;
    let seen = api.create_flow("discounts", graph()).await["etag"].clone();
    api.put_graph("discounts", graph_with([("big", "20")])).await;
    let viewer = api.token(Token::Person("viewer")).await;
    let body = json!({"name": "x"});
    api.patch("/v1/flows/none").as_(&viewer).if_match(&seen).json(body.clone()).await.problem(404, "not_found");
    api.patch(FLOW).as_(&api.other_tenant.token).json(body.clone()).await.problem(404, "not_found");
    api.patch(FLOW).as_(&viewer).if_match(&seen).json(body.clone()).await.problem(403, "forbidden");
    api.patch(FLOW).if_match(&seen).json(body).await.problem(412, "precondition_failed");
    api.finish().await;
}
