use domain::canonical::digest_of;
use serde_json::json;
use tests::{Api, Token, graph, graph_with};

const RESTORE: &str = "/v1/flows/discounts/versions/1/restore";

#[tokio::test]
async fn the_versions_graph_becomes_the_draft_based_on_the_published_version() {
    let api = Api::start().await;
    api.publish_first_flow("discounts").await;
    api.publish_next_flow("discounts", 1).await;
    let answer = api.post(RESTORE).await;
    assert_eq!(answer.header("etag").unwrap(), format!("\"{}\"", digest_of(&graph())));
    let draft = answer.ok();
    let expected = json!({
        "graph": graph(), "baseVersion": 2, "publishedVersion": 2, "hasUnpublishedChanges": true, "etag": digest_of(&graph()),
        "updatedAt": draft["updatedAt"], "updatedBy": api.tenant.owner_email, "diagnostics": [],
    });
    assert_eq!(draft, expected);
    assert_eq!(api.get("/v1/flows/discounts").await.ok()["publishedVersion"], 2, "nothing is published");
    let id = *api.flow_snapshots("discounts").await.last().unwrap();
    assert_eq!(api.get(&format!("/v1/flows/discounts/snapshots/{id}")).await.ok()["restoredFrom"], 1);
    assert_eq!(api.publish_flow("discounts", 2).await["version"], 3);
    api.finish().await;
}

#[tokio::test]
async fn restoring_what_the_draft_is_changes_nothing() {
    let api = Api::start().await;
    api.publish_first_flow("discounts").await;
    let (before, history) = (api.flow_draft("discounts").await, api.flow_snapshots("discounts").await);
    assert_eq!(api.post(RESTORE).as_(&api.ci).await.ok(), before);
    assert_eq!(api.flow_snapshots("discounts").await, history);
    api.finish().await;
}

#[tokio::test]
async fn an_archived_flows_draft_can_be_restored() {
    let api = Api::start().await;
    api.publish_first_flow("discounts").await;
    api.publish_next_flow("discounts", 1).await;
    api.post("/v1/flows/discounts/archive").json(json!({"baseVersion": 2})).await.ok();
    assert_eq!(api.post(RESTORE).await.ok()["baseVersion"], 3);
    api.finish().await;
}

#[tokio::test]
async fn a_repeat_with_its_idempotency_key_answers_the_graph_that_was_restored() {
    let api = Api::start().await;
    api.publish_first_flow("discounts").await;
    api.publish_next_flow("discounts", 1).await;
    let first = api.post(RESTORE).idempotency_key("x").await.ok();
    api.put_graph("discounts", graph_with([("big", "77")])).await;
    let again = api.post(RESTORE).idempotency_key("x").await;
    assert!(again.is_replayed());
    assert_eq!(again.header("etag").unwrap(), format!("\"{}\"", digest_of(&graph())));
    let again = again.ok();
    assert_eq!(again["graph"], graph());
    assert_eq!(again, first);
    assert_eq!(api.flow_draft("discounts").await["graph"], graph_with([("big", "77")]));
    let other = api.post("/v1/flows/discounts/versions/2/restore").idempotency_key("x");
    other.await.problem(422, "idempotency_key_reused");
    api.finish().await;
}

#[tokio::test]
async fn refusals_come_in_the_contracts_order() {
    let api = Api::start().await;
    api.publish_first_flow("discounts").await;
    let (viewer, stale) = (api.token(Token::Person("viewer")).await, json!("0".repeat(64)));
    for path in ["/v1/flows/discounts/versions/2/restore", "/v1/flows/none/versions/1/restore", "/v1/flows/discounts/versions/x/restore"] {
        api.post(path).as_(&viewer).if_match(&stale).await.problem(404, "not_found");
    }
    api.post(RESTORE).as_(&api.other_tenant.token).await.problem(404, "not_found");
    api.post(RESTORE).as_(&viewer).if_match(&stale).await.problem(403, "forbidden");
    api.post(RESTORE).if_match(&stale).await.problem(412, "precondition_failed");
    api.finish().await;
}
