use serde_json::json;
use tests::{Api, Token, graph, graph_with};

const ARCHIVE: &str = "/v1/flows/discounts/archive";

#[tokio::test]
async fn an_archive_is_a_new_version_with_the_published_digest_marked_archived() {
    let api = Api::start().await;
    let first = api.publish_first_flow("discounts").await;
    let answer = api.post(ARCHIVE).json(json!({"baseVersion": 1, "note": "unused"})).await.ok();
    let expected = json!({
        "version": 2, "digest": first["digest"], "publishedAt": answer["publishedAt"], "source": "designer-publish", "eventId": answer["eventId"],
    });
    assert_eq!(answer, expected);
    let version = api.get("/v1/flows/discounts/versions/2").await.ok();
    assert_eq!((&version["archived"], &version["isActive"], &version["note"]), (&json!(true), &json!(true), &json!("unused")));
    assert_eq!(api.get("/v1/flows/discounts").await.ok()["archived"], true);
    api.finish().await;
}

#[tokio::test]
async fn workers_get_the_tombstone_and_the_connector_of_that_slug_lives_on() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.publish_first_flow("crm").await;
    api.dispatch().await;
    api.messages(&api.fleets[1]).await;
    api.post("/v1/flows/crm/archive").as_(&api.ci).json(json!({"baseVersion": 1})).await.ok();
    api.dispatch().await;
    let told = api.messages(&api.fleets[1]).await;
    assert_eq!(told.len(), 1);
    let message = serde_json::to_value(&told[0]).unwrap();
    assert_eq!((&message["event"], &message["type"], &message["version"]), (&json!("archived"), &json!("flow"), &json!(2)));
    let current = api.replica.current(api.tenant.workspace, told[0].resource_id, replica::Read::Consistent).await.unwrap().unwrap();
    assert!(current.archived && current.version == 2);
    assert_eq!(api.get("/api/connectors/crm").await.ok()["archived"], false);
    api.finish().await;
}

#[tokio::test]
async fn the_draft_stays_editable_and_neither_publish_nor_rollback_goes_past_the_archive() {
    let api = Api::start().await;
    api.publish_first_flow("discounts").await;
    api.publish_next_flow("discounts", 1).await;
    api.post(ARCHIVE).json(json!({"baseVersion": 2})).await.ok();
    let draft = api.put_graph("discounts", graph_with([("big", "20")])).await;
    assert_eq!(draft["baseVersion"], 3, "a clean draft followed");
    api.post("/v1/flows/discounts/publish").json(json!({"baseVersion": 3})).await.problem(409, "archived");
    api.post("/v1/flows/discounts/rollback").json(json!({"version": 1, "baseVersion": 3})).await.problem(409, "archived");
    api.finish().await;
}

#[tokio::test]
async fn twice_is_no_change_and_a_stale_base_a_conflict() {
    let api = Api::start().await;
    api.publish_first_flow("discounts").await;
    let refused = api.post(ARCHIVE).json(json!({})).await.problem(400, "base_version_required");
    assert_eq!(refused["publishedVersion"], 1);
    api.post(ARCHIVE).json(json!({"baseVersion": 1})).await.ok();
    api.post(ARCHIVE).json(json!({"baseVersion": 2})).await.problem(409, "no_changes");
    let refused = api.post(ARCHIVE).json(json!({"baseVersion": 1})).await.problem(409, "version_conflict");
    assert_eq!((&refused["publishedVersion"], &refused["publishedBy"]), (&json!(2), &json!(api.tenant.owner_email)));
    api.finish().await;
}

#[tokio::test]
async fn what_was_never_published_can_not_be_archived() {
    let api = Api::start().await;
    api.create_flow("discounts", graph()).await;
    api.post(ARCHIVE).json(json!({"baseVersion": 0})).await.problem(409, "not_published");
    api.finish().await;
}

#[tokio::test]
async fn a_repeat_with_its_idempotency_key_answers_the_same() {
    let api = Api::start().await;
    api.publish_first_flow("discounts").await;
    let request = || api.post(ARCHIVE).idempotency_key("a").json(json!({"baseVersion": 1}));
    let first = request().await.ok();
    let again = request().await;
    assert!(again.is_replayed());
    assert_eq!(again.ok(), first);
    api.finish().await;
}

#[tokio::test]
async fn authors_agents_and_strangers_are_refused() {
    let api = Api::start().await;
    api.publish_first_flow("discounts").await;
    for token in [Token::Person("author"), Token::Agent] {
        let token = api.token(token).await;
        api.post(ARCHIVE).as_(&token).json(json!({"baseVersion": 1})).await.problem(403, "forbidden");
    }
    api.post(ARCHIVE).as_(&api.other_tenant.token).json(json!({"baseVersion": 1})).await.problem(404, "not_found");
    api.finish().await;
}
