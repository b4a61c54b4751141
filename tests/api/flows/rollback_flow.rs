use domain::canonical::digest_of;
use serde_json::json;
use tests::{Api, assert_millis, fields, graph, graph_with};

const ROLLBACK: &str = "/v1/flows/discounts/rollback";

async fn two_versions(api: &Api) {
    api.publish_first_flow("discounts").await;
    api.publish_next_flow("discounts", 1).await;
}

#[tokio::test]
async fn a_former_versions_graph_becomes_the_next_version() {
    let api = Api::start().await;
    two_versions(&api).await;
    let answer = api.post(ROLLBACK).json(json!({"version": 1, "baseVersion": 2, "note": "too little"})).await.ok();
    let expected = json!({
        "version": 3, "digest": digest_of(&graph()), "publishedAt": answer["publishedAt"], "source": "rollback", "eventId": answer["eventId"],
    });
    assert_eq!(answer, expected);
    assert_millis(&answer["publishedAt"]);
    let version = api.get("/v1/flows/discounts/versions/3").await.ok();
    assert_eq!((&version["restoredFrom"], &version["note"], &version["surface"]), (&json!(1), &json!("too little"), &json!("designer")));
    assert_eq!((&version["graph"], &version["isActive"]), (&graph(), &json!(true)));
    api.dispatch().await;
    let told = api.messages(&api.fleets[0]).await;
    let told = serde_json::to_value(told.last().unwrap()).unwrap();
    assert_eq!((&told["event"], &told["type"], &told["version"]), (&json!("rolled_back"), &json!("flow"), &json!(3)));
    api.finish().await;
}

#[tokio::test]
async fn a_clean_draft_follows_and_one_with_changes_is_left_alone() {
    let api = Api::start().await;
    two_versions(&api).await;
    api.post(ROLLBACK).json(json!({"version": 1, "baseVersion": 2})).await.ok();
    let draft = api.flow_draft("discounts").await;
    assert_eq!((&draft["baseVersion"], &draft["hasUnpublishedChanges"], &draft["graph"]), (&json!(3), &json!(false), &graph()));

    let edited = api.put_graph("discounts", graph_with([("medium", "7")])).await;
    api.post(ROLLBACK).json(json!({"version": 2, "baseVersion": 3})).await.ok();
    let draft = api.flow_draft("discounts").await;
    assert_eq!((&draft["etag"], &draft["updatedAt"], &draft["baseVersion"]), (&edited["etag"], &edited["updatedAt"], &json!(3)));
    assert_eq!((&draft["publishedVersion"], &draft["hasUnpublishedChanges"]), (&json!(4), &json!(true)));
    api.finish().await;
}

#[tokio::test]
async fn refusals_come_in_the_contracts_order() {
    let api = Api::start().await;
    two_versions(&api).await;
    api.post(ROLLBACK).json(json!({"baseVersion": 1})).await.problem(422, "invalid_body");
    api.post("/v1/flows/none/rollback").json(json!({"version": 1})).await.problem(404, "not_found");
    api.post(ROLLBACK).as_(&api.other_tenant.token).json(json!({"version": 1, "baseVersion": 2})).await.problem(404, "not_found");
    for missing in [0, -1, 3] {
        api.post(ROLLBACK).json(json!({"version": missing})).await.problem(404, "not_found");
    }
    let refused = api.post(ROLLBACK).json(json!({"version": 1})).await.problem(400, "base_version_required");
    assert_eq!(refused["publishedVersion"], 2);
    let refused = api.post(ROLLBACK).json(json!({"version": 2, "baseVersion": 1})).await.problem(409, "version_conflict");
    assert_eq!((&refused["publishedVersion"], &refused["draftBaseVersion"]), (&json!(2), &json!(2)));
    assert_eq!(refused["resolutions"], json!(["reset_draft", "keep_editing", "merge"]));
    api.post(ROLLBACK).json(json!({"version": 2, "baseVersion": 2})).await.problem(409, "no_changes");
    api.post("/v1/flows/discounts/archive").json(json!({"baseVersion": 2})).await.ok();
    api.post(ROLLBACK).json(json!({"version": 1, "baseVersion": 3})).await.problem(409, "archived");
    api.finish().await;
}

#[tokio::test]
async fn a_repeat_with_its_idempotency_key_answers_the_same_and_publishes_once() {
    let api = Api::start().await;
    two_versions(&api).await;
    let request = || api.post(ROLLBACK).idempotency_key("r").json(json!({"version": 1, "baseVersion": 2}));
    let first = request().await.ok();
    let again = request().await;
    assert!(again.is_replayed());
    assert_eq!(again.ok(), first);
    let listed = api.get("/v1/flows/discounts/versions").await.ok();
    assert_eq!(fields(&listed["items"], "version"), [3, 2, 1]);
    api.finish().await;
}
