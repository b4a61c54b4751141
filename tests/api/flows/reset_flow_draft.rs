use serde_json::json;
use tests::{Api, Token, empty_graph, graph, graph_with};

const DRAFT: &str = "/v1/flows/discounts/draft";

#[tokio::test]
async fn the_draft_becomes_the_published_version_again_and_what_it_held_can_be_brought_back() {
    let api = Api::start().await;
    api.publish_first_flow("discounts").await;
    let edited = api.put_graph("discounts", graph_with([("big", "20")])).await;
    let lost = *api.flow_snapshots("discounts").await.last().unwrap();
    let answer = api.delete(DRAFT).await;
    assert_eq!(answer.header("etag").unwrap().trim_matches('"'), answer.json()["etag"].as_str().unwrap());
    let draft = answer.ok();
    assert_eq!((&draft["graph"], &draft["baseVersion"], &draft["hasUnpublishedChanges"]), (&graph(), &json!(1), &json!(false)));
    let restored = api.post(&format!("/v1/flows/discounts/snapshots/{lost}/restore")).await.ok();
    assert_eq!(restored["etag"], edited["etag"]);
    api.finish().await;
}

#[tokio::test]
async fn a_draft_that_was_overtaken_is_based_on_the_published_version_afterwards() {
    let api = Api::start().await;
    api.publish_first_flow("discounts").await;
    api.publish_next_flow("discounts", 1).await;
    api.put_graph("discounts", graph_with([("medium", "7")])).await;
    api.post("/v1/flows/discounts/rollback").json(json!({"version": 1, "baseVersion": 2})).await.ok();
    let draft = api.delete(DRAFT).await.ok();
    assert_eq!((&draft["graph"], &draft["baseVersion"], &draft["publishedVersion"]), (&graph(), &json!(3), &json!(3)));
    api.publish_next_flow("discounts", 3).await;
    api.finish().await;
}

#[tokio::test]
async fn what_was_never_published_becomes_empty() {
    let api = Api::start().await;
    api.create_flow("discounts", graph()).await;
    let draft = api.delete(DRAFT).await.ok();
    assert_eq!((&draft["graph"], &draft["baseVersion"]), (&empty_graph(), &json!(0)));
    api.finish().await;
}

#[tokio::test]
async fn a_reset_of_a_clean_draft_changes_nothing() {
    let api = Api::start().await;
    api.publish_first_flow("discounts").await;
    let (before, history) = (api.flow_draft("discounts").await, api.flow_snapshots("discounts").await);
    assert_eq!(api.delete(DRAFT).as_(&api.ci).await.ok(), before);
    assert_eq!(api.flow_snapshots("discounts").await, history);
    api.finish().await;
}

#[tokio::test]
async fn a_stale_if_match_viewers_and_strangers_are_refused() {
    let api = Api::start().await;
    api.publish_first_flow("discounts").await;
    let seen = api.flow_draft("discounts").await["etag"].clone();
    let edited = api.put_graph("discounts", graph_with([("big", "20")])).await;
    let viewer = api.token(Token::Person("viewer")).await;
    api.delete(DRAFT).as_(&api.other_tenant.token).await.problem(404, "not_found");
    api.delete(DRAFT).as_(&viewer).if_match(&seen).await.problem(403, "forbidden");
    let refused = api.delete(DRAFT).if_match(&seen).await.problem(412, "precondition_failed");
    assert_eq!(refused["etag"], edited["etag"]);
    api.delete(DRAFT).if_match(&edited["etag"]).await.ok();
    api.finish().await;
}
