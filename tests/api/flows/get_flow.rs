use serde_json::{Value, json};
use tests::{Api, assert_millis, graph, graph_with};

#[tokio::test]
async fn a_flow_is_found_by_slug_and_by_id() {
    let api = Api::start().await;
    let created = api.create_flow("discounts", graph()).await;
    let by_slug = api.get("/v1/flows/discounts").await.ok();
    let expected = json!({
        "id": created["id"], "slug": "discounts", "name": "discounts", "publishedVersion": 0, "publishedVersionId": null,
        "hasUnpublishedChanges": true, "divergedFromGit": false, "lastPulled": null, "archived": false, "updatedAt": created["updatedAt"],
    });
    assert_eq!(by_slug, expected);
    assert_millis(&by_slug["updatedAt"]);
    assert_eq!(api.get(&format!("/v1/flows/{}", created["id"].as_str().unwrap())).await.ok(), by_slug);
    api.finish().await;
}

#[tokio::test]
async fn it_tells_what_is_published_and_whether_the_draft_differs() {
    let api = Api::start().await;
    let published = api.publish_first_flow("discounts").await;
    let flow = api.get("/v1/flows/discounts").await.ok();
    assert_eq!((&flow["publishedVersion"], &flow["hasUnpublishedChanges"]), (&json!(1), &json!(false)));
    assert_eq!(flow["updatedAt"], published["publishedAt"]);
    let draft = api.put_graph("discounts", graph_with([("big", "20")])).await;
    let flow = api.get("/v1/flows/discounts").await.ok();
    assert_eq!((&flow["hasUnpublishedChanges"], &flow["updatedAt"]), (&json!(true), &draft["updatedAt"]));
    api.post("/v1/flows/discounts/archive").json(json!({"baseVersion": 1})).await.ok();
    let flow = api.get("/v1/flows/discounts").await.ok();
    assert_eq!((&flow["publishedVersion"], &flow["archived"]), (&json!(2), &json!(true)));
    api.finish().await;
}

#[tokio::test]
async fn the_published_versions_id_is_that_of_its_snapshot() {
    let api = Api::start().await;
    api.publish_first_flow("discounts").await;
    api.publish_next_flow("discounts", 1).await;
    let id = api.get("/v1/flows/discounts").await.ok()["publishedVersionId"].clone();
    let snapshot = api.get(&format!("/v1/flows/discounts/snapshots/{id}")).await.ok();
    assert_eq!((&snapshot["version"], &snapshot["isActive"]), (&json!(2), &Value::Bool(true)));
    api.finish().await;
}

#[tokio::test]
async fn what_is_not_there_or_is_another_tenants_is_not_found() {
    let api = Api::start().await;
    let created = api.create_flow("discounts", graph()).await;
    api.get("/v1/flows/none").await.problem(404, "not_found");
    api.get("/v1/flows/00000000-0000-0000-0000-000000000000").await.problem(404, "not_found");
    for reference in ["discounts", created["id"].as_str().unwrap()] {
        api.get(&format!("/v1/flows/{reference}")).as_(&api.other_tenant.token).await.problem(404, "not_found");
    }
    api.finish().await;
}
