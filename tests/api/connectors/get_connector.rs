use serde_json::json;
use tests::{Api, assert_millis, config};

#[tokio::test]
async fn a_connector_is_found_by_slug_and_by_id() {
    let api = Api::start().await;
    let created = api.create("crm", config()).await;
    let by_slug = api.get("/api/connectors/crm").await.ok();
    let expected = json!({
        "id": created["id"], "slug": "crm", "name": "crm", "active_version": 0, "has_unpublished_changes": true, "archived": false,
        "updated_at": created["updated_at"],
    });
    assert_eq!(by_slug, expected);
    assert_millis(&by_slug["updated_at"]);
    assert_eq!(api.get(&format!("/api/connectors/{}", created["id"].as_str().unwrap())).await.ok(), by_slug);
    api.finish().await;
}

#[tokio::test]
async fn it_tells_what_is_active_and_whether_the_draft_differs() {
    let api = Api::start().await;
    let published = api.publish_first("crm").await;
    let connector = api.get("/api/connectors/crm").await.ok();
    assert_eq!((&connector["active_version"], &connector["has_unpublished_changes"]), (&json!(1), &json!(false)));
    assert_eq!(connector["updated_at"], published["published_at"]);
    let draft = api.patch_draft("crm", json!({"settings": {"batch": 1}})).await;
    let connector = api.get("/api/connectors/crm").await.ok();
    assert_eq!((&connector["has_unpublished_changes"], &connector["updated_at"]), (&json!(true), &draft["updated_at"]));
    api.post("/api/connectors/crm/archive").json(json!({"base_version": 1})).await.ok();
    let connector = api.get("/api/connectors/crm").await.ok();
    assert_eq!((&connector["active_version"], &connector["archived"]), (&json!(2), &json!(true)));
    api.finish().await;
}

#[tokio::test]
async fn what_is_not_there_or_is_another_tenants_is_not_found() {
    let api = Api::start().await;
    let created = api.create("crm", config()).await;
    api.get("/api/connectors/none").await.problem(404, "not_found");
    api.get("/api/connectors/00000000-0000-0000-0000-000000000000").await.problem(404, "not_found");
    for reference in ["crm", created["id"].as_str().unwrap()] {
        api.get(&format!("/api/connectors/{reference}")).as_(&api.other_tenant.token).await.problem(404, "not_found");
    }
    api.finish().await;
}
