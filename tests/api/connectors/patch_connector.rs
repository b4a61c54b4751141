use serde_json::json;
use tests::{Api, config, fields};

const CRM: &str = "/api/connectors/crm";

#[tokio::test]
async fn a_connector_can_be_renamed() {
    let api = Api::start().await;
    let created = api.create("crm", config()).await;
    let renamed = api.patch(CRM).json(json!({"name": " Customers "})).await.ok();
    assert_eq!((&renamed["name"], &renamed["slug"], &renamed["id"]), (&json!("Customers"), &json!("crm"), &created["id"]));
    assert_eq!(api.get(CRM).await.ok(), renamed);
    api.finish().await;
}

#[tokio::test]
async fn a_rename_to_the_same_name_or_to_nothing_changes_nothing() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let before = api.get(CRM).await.ok();
    for body in [json!({}), json!({"name": "crm"}), json!({"name": null})] {
        assert_eq!(api.patch(CRM).json(body).await.ok(), before);
    }
    assert_eq!(api.get(CRM).await.ok(), before);
    api.finish().await;
}

#[tokio::test]
async fn the_slug_never_changes() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    api.patch(CRM).json(json!({"slug": "erp"})).await.problem(422, "invalid_body");
    api.finish().await;
}

#[tokio::test]
async fn names_are_one_line_of_up_to_200_characters() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    for bad in [json!(""), json!("  "), json!("a\nb"), json!("x".repeat(201)), json!(7)] {
        let refused = api.patch(CRM).json(json!({"name": bad})).await.problem(422, "invalid_body");
        assert_eq!(fields(&refused["errors"], "pointer"), ["/name"]);
    }
    assert_eq!(api.get(CRM).await.ok()["name"], "crm");
    api.finish().await;
}

#[tokio::test]
async fn another_tenants_connector_is_not_found() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    api.patch(CRM).as_(&api.other_tenant.token).json(json!({"name": "x"})).await.problem(404, "not_found");
    api.finish().await;
}
