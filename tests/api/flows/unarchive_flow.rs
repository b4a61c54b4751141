use domain::canonical::digest_of;
use serde_json::json;
use tests::{Api, TABLE, graph, graph_with};

const UNARCHIVE: &str = "/v1/flows/discounts/unarchive";

async fn archived(api: &Api) {
    api.publish_first_flow("discounts").await;
    api.post("/v1/flows/discounts/archive").json(json!({"baseVersion": 1})).await.ok();
}

#[tokio::test]
async fn an_unarchive_is_a_new_version_with_the_published_digest_no_longer_archived() {
    let api = Api::start().await;
    archived(&api).await;
    let answer = api.post(UNARCHIVE).as_(&api.ci).json(json!({"baseVersion": 2})).await.ok();
    let expected = json!({
        "version": 3, "digest": digest_of(&graph()), "publishedAt": answer["publishedAt"], "source": "cli-publish", "eventId": answer["eventId"],
    });
    assert_eq!(answer, expected);
    let flow = api.get("/v1/flows/discounts").await.ok();
    assert_eq!((&flow["archived"], &flow["publishedVersion"]), (&json!(false), &json!(3)));
    assert_eq!(api.get("/v1/flows/discounts/versions/2").await.ok()["archived"], true);
    api.dispatch().await;
    let told = api.messages(&api.fleets[0]).await;
    let told = serde_json::to_value(told.last().unwrap()).unwrap();
    assert_eq!((&told["event"], &told["type"]), (&json!("unarchived"), &json!("flow")));
    api.publish_next_flow("discounts", 3).await;
    api.finish().await;
}

#[tokio::test]
async fn what_was_edited_meanwhile_can_be_merged_and_published() {
    let api = Api::start().await;
    archived(&api).await;
    assert_eq!(api.put_graph("discounts", graph_with([("big", "20")])).await["baseVersion"], 2);
    api.post(UNARCHIVE).json(json!({"baseVersion": 2})).await.ok();
    api.post("/v1/flows/discounts/publish").json(json!({"baseVersion": 3})).await.problem(409, "version_conflict");
    api.post("/v1/flows/discounts/draft/merge").await.ok();
    assert_eq!(api.publish_flow("discounts", 3).await["version"], 4);
    let cell = api.get(&format!("/v1/flows/discounts/versions/4?path={TABLE}/rules/@big/percent")).await.ok();
    assert_eq!(cell["value"], "20");
    api.finish().await;
}

#[tokio::test]
async fn refusals_come_in_the_contracts_order() {
    let api = Api::start().await;
    archived(&api).await;
    api.post(UNARCHIVE).as_(&api.other_tenant.token).json(json!({"baseVersion": 2})).await.problem(404, "not_found");
    api.post(UNARCHIVE).await.problem(400, "base_version_required");
    api.post(UNARCHIVE).json(json!({"baseVersion": 1})).await.problem(409, "version_conflict");
    api.post(UNARCHIVE).json(json!({"baseVersion": 2})).await.ok();
    api.post(UNARCHIVE).json(json!({"baseVersion": 3})).await.problem(409, "no_changes");
    api.create_flow("fresh", graph()).await;
    api.post("/v1/flows/fresh/unarchive").json(json!({"baseVersion": 0})).await.problem(409, "not_published");
    api.finish().await;
}

#[tokio::test]
async fn a_repeat_with_its_idempotency_key_answers_the_same() {
    let api = Api::start().await;
    archived(&api).await;
    let request = || api.post(UNARCHIVE).idempotency_key("u").json(json!({"baseVersion": 2}));
    let first = request().await.ok();
    let again = request().await;
    assert!(again.is_replayed());
    assert_eq!(again.ok(), first);
    api.finish().await;
}
