use serde_json::json;
use tests::{Api, Token, config, graph, graph_with};

#[tokio::test]
async fn what_was_never_published_can_be_brought_back() {
    let api = Api::start().await;
    api.publish_first_flow("discounts").await;
    let lost = api.put_graph("discounts", graph_with([("big", "42")])).await;
    let id = *api.flow_snapshots("discounts").await.last().unwrap();
    api.delete("/v1/flows/discounts/draft").await.ok();
    let path = format!("/v1/flows/discounts/snapshots/{id}/restore");
    let draft = api.post(&path).await.ok();
    assert_eq!((&draft["graph"], &draft["etag"], &draft["baseVersion"]), (&lost["graph"], &lost["etag"], &json!(1)));
    assert_eq!(api.post(&path).as_(&api.ci).await.ok(), draft, "a second restore changes nothing");
    api.finish().await;
}

#[tokio::test]
async fn the_base_is_the_published_version() {
    let api = Api::start().await;
    api.create_flow("discounts", graph()).await;
    let id = api.flow_snapshots("discounts").await[0];
    api.put_graph("discounts", graph_with([("big", "20")])).await;
    api.publish_flow("discounts", 0).await;
    let draft = api.post(&format!("/v1/flows/discounts/snapshots/{id}/restore")).await.ok();
    assert_eq!((&draft["baseVersion"], &draft["graph"]), (&json!(1), &graph()));
    assert_eq!(api.get("/v1/flows/discounts").await.ok()["publishedVersion"], 1, "nothing is published");
    api.publish_flow("discounts", 1).await;
    api.finish().await;
}

#[tokio::test]
async fn a_repeat_with_its_idempotency_key_answers_the_graph_that_was_restored() {
    let api = Api::start().await;
    api.create_flow("discounts", graph()).await;
    let id = api.flow_snapshots("discounts").await[0];
    api.put_graph("discounts", graph_with([("big", "20")])).await;
    let request = || api.post(&format!("/v1/flows/discounts/snapshots/{id}/restore")).idempotency_key("s");
    let first = request().await.ok();
    api.put_graph("discounts", graph_with([("big", "21")])).await;
    let again = request().await;
    assert!(again.is_replayed());
    let again = again.ok();
    assert_eq!(again["graph"], graph());
    assert_eq!(again, first);
    api.finish().await;
}

#[tokio::test]
async fn refusals_come_in_the_contracts_order() {
    let api = Api::start().await;
    api.create_flow("discounts", graph()).await;
    api.create("crm", config()).await;
    let of_the_connector: i64 = sqlx::query_scalar("SELECT max(id) FROM resource_versions").fetch_one(&api.owner_db).await.unwrap();
    let id = api.flow_snapshots("discounts").await[0];
    let (viewer, stale) = (api.token(Token::Person("viewer")).await, json!("0".repeat(64)));
    let path = format!("/v1/flows/discounts/snapshots/{id}/restore");
    for missing in ["0".to_owned(), of_the_connector.to_string()] {
        let path = format!("/v1/flows/discounts/snapshots/{missing}/restore");
        api.post(&path).as_(&viewer).if_match(&stale).await.problem(404, "not_found");
    }
    api.post(&path).as_(&api.other_tenant.token).await.problem(404, "not_found");
    api.post(&path).as_(&viewer).if_match(&stale).await.problem(403, "forbidden");
    api.post(&path).if_match(&stale).await.problem(412, "precondition_failed");
    api.finish().await;
}
