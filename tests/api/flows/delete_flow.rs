use serde_json::json;
use tests::{Api, Token, graph, graph_with};

#[tokio::test]
async fn what_was_never_published_can_be_deleted() {
    let api = Api::start().await;
    api.create_flow("discounts", graph()).await;
    api.put_graph("discounts", graph_with([("big", "20")])).await;
    let answer = api.delete("/v1/flows/discounts").await;
    assert!(answer.body.is_empty());
    answer.with_status(204);
    for path in ["/v1/flows/discounts", "/v1/flows/discounts/draft", "/v1/flows/discounts/versions"] {
        api.get(path).await.problem(404, "not_found");
    }
    api.delete("/v1/flows/discounts").await.problem(404, "not_found");
    assert_eq!(api.get("/v1/flows").await.ok()["items"], json!([]));
    api.finish().await;
}

#[tokio::test]
async fn what_was_published_is_archived_instead() {
    let api = Api::start().await;
    api.publish_first_flow("discounts").await;
    api.delete("/v1/flows/discounts").await.problem(409, "published");
    api.post("/v1/flows/discounts/archive").json(json!({"baseVersion": 1})).await.ok();
    api.delete("/v1/flows/discounts").await.problem(409, "published");
    api.finish().await;
}

#[tokio::test]
async fn a_draft_that_somebody_works_on_is_not_deleted_by_one_who_saw_another() {
    let api = Api::start().await;
    let seen = api.create_flow("discounts", graph()).await["etag"].clone();
    let draft = api.put_graph("discounts", graph_with([("big", "20")])).await;
    let refused = api.delete("/v1/flows/discounts").if_match(&seen).await.problem(412, "precondition_failed");
    assert_eq!((&refused["etag"], &refused["updatedBy"]), (&draft["etag"], &json!(api.tenant.owner_email)));
    api.delete("/v1/flows/discounts").if_match(&draft["etag"]).await.with_status(204);
    api.finish().await;
}

#[tokio::test]
async fn viewers_agents_and_strangers_are_refused() {
    let api = Api::start().await;
    let created = api.create_flow("discounts", graph()).await;
    for token in [Token::Person("viewer"), Token::Agent] {
        let token = api.token(token).await;
        api.delete("/v1/flows/discounts").as_(&token).await.problem(403, "forbidden");
    }
    for reference in ["discounts", created["id"].as_str().unwrap()] {
        api.delete(&format!("/v1/flows/{reference}")).as_(&api.other_tenant.token).await.problem(404, "not_found");
    }
    api.get("/v1/flows/discounts").await.ok();
    api.finish().await;
}
