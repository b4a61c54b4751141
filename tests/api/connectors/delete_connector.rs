use serde_json::json;
use tests::{Api, config};

#[tokio::test]
async fn what_was_never_published_can_be_deleted() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    api.patch_draft("crm", json!({"settings": {"batch": 1}})).await;
    let answer = api.delete("/api/connectors/crm").await;
    assert!(answer.body.is_empty());
    answer.with_status(204);
    for path in ["/api/connectors/crm", "/api/connectors/crm/draft", "/api/connectors/crm/versions"] {
        api.get(path).await.problem(404, "not_found");
    }
    api.delete("/api/connectors/crm").await.problem(404, "not_found");
    assert_eq!(api.get("/api/connectors").await.ok()["items"], json!([]));
    api.finish().await;
}

#[tokio::test]
async fn what_was_published_is_archived_instead() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.delete("/api/connectors/crm").await.problem(409, "published");
    api.post("/api/connectors/crm/archive").json(json!({"base_version": 1})).await.ok();
    api.delete("/api/connectors/crm").await.problem(409, "published");
    api.finish().await;
}

#[tokio::test]
async fn another_tenants_connector_is_not_found() {
    let api = Api::start().await;
    let created = api.create("crm", config()).await;
    for reference in ["crm", created["id"].as_str().unwrap()] {
        api.delete(&format!("/api/connectors/{reference}")).as_(&api.other_tenant.token).await.problem(404, "not_found");
    }
    api.get("/api/connectors/crm").await.ok();
    api.finish().await;
}
