use serde_json::{Value, json};
use tests::{Api, TABLE, Token, fields, graph, graph_with, rules};

const MERGE: &str = "/v1/flows/discounts/draft/merge";

/// Version 2 (big orders get 2 percent) was rolled back to version 1 (15 percent) as version 3, while the draft, based on 2,
/// became this graph.
async fn overtaken(api: &Api, drawn: Value) -> Value {
    api.publish_first_flow("discounts").await;
    api.publish_next_flow("discounts", 1).await;
    let draft = api.put_graph("discounts", drawn).await;
    api.post("/v1/flows/discounts/rollback").json(json!({"version": 1, "baseVersion": 2})).await.ok();
    draft
}

fn at(rule: &str) -> String {
    format!("{TABLE}/rules/@{rule}/percent")
}

#[tokio::test]
async fn edits_of_different_rules_of_one_table_are_both_kept_and_the_draft_can_be_published_again() {
    let api = Api::start().await;
    overtaken(&api, graph_with([("big", "2"), ("medium", "7")])).await;
    api.post("/v1/flows/discounts/publish").json(json!({"baseVersion": 3})).await.problem(409, "version_conflict");
    let answer = api.post(MERGE).json(json!({})).await;
    let merged_graph = graph_with([("big", "15"), ("medium", "7")]);
    assert_eq!(answer.header("etag").unwrap(), format!("\"{}\"", domain::canonical::digest_of(&merged_graph)));
    let merged = answer.ok();
    let expected = json!({
        "graph": merged_graph, "baseVersion": 3, "publishedVersion": 3, "hasUnpublishedChanges": true,
        "etag": domain::canonical::digest_of(&merged_graph), "updatedAt": merged["updatedAt"], "updatedBy": api.tenant.owner_email,
        "diagnostics": [],
    });
    assert_eq!(merged, expected);
    assert_eq!(api.flow_draft("discounts").await, merged);
    assert_eq!(api.publish_flow("discounts", 3).await["version"], 4);
    api.finish().await;
}

#[tokio::test]
async fn edits_of_one_cell_conflict_with_all_three_sides_and_nothing_changes() {
    let api = Api::start().await;
    let draft = overtaken(&api, graph_with([("big", "25"), ("medium", "7")])).await;
    let history = api.flow_snapshots("discounts").await;
    let refused = api.post(MERGE).json(json!({})).await.problem(409, "merge_conflict");
    assert_eq!(refused["conflicts"], json!([{"path": at("big"), "base": "2", "draft": "25", "active": "15"}]));
    assert_eq!((&refused["publishedVersion"], &refused["draftBaseVersion"]), (&json!(3), &json!(2)));
    let now = api.flow_draft("discounts").await;
    assert_eq!((&now["etag"], &now["baseVersion"]), (&draft["etag"], &json!(2)));
    assert_eq!(api.flow_snapshots("discounts").await, history);
    api.finish().await;
}

#[tokio::test]
async fn a_resolution_by_the_cells_path_chooses_the_side() {
    for (side, percent) in [("draft", "25"), ("active", "15")] {
        let api = Api::start().await;
        overtaken(&api, graph_with([("big", "25"), ("medium", "7")])).await;
        let resolutions = json!({ at("big"): side });
        let merged = api.post(MERGE).json(json!({"resolutions": resolutions})).await.ok();
        assert_eq!((&merged["graph"], &merged["baseVersion"]), (&graph_with([("big", percent), ("medium", "7")]), &json!(3)));
        api.finish().await;
    }
}

#[tokio::test]
async fn a_rule_removed_here_and_edited_there_is_asked_about_as_a_whole() {
    let api = Api::start().await;
    let mut drawn = graph();
    rules(&mut drawn).remove(0);
    overtaken(&api, drawn.clone()).await;
    let refused = api.post(MERGE).await.problem(409, "merge_conflict");
    let rule = |percent: &str| json!({"_id": "big", "total": ">= 1000", "percent": percent});
    let path = format!("{TABLE}/rules/@big");
    assert_eq!(refused["conflicts"], json!([{"path": path, "base": rule("2"), "active": rule("15")}]));
    let resolutions = json!({ path: "draft" });
    let merged = api.post(MERGE).json(json!({"resolutions": resolutions})).await.ok();
    assert_eq!(merged["graph"], drawn);
    api.finish().await;
}

#[tokio::test]
async fn a_rule_added_here_stays_where_it_was_put() {
    let api = Api::start().await;
    let mut drawn = graph_with([("big", "2")]);
    rules(&mut drawn).insert(1, json!({"_id": "large", "total": ">= 500", "percent": "9"}));
    overtaken(&api, drawn).await;
    let merged = api.post(MERGE).await.ok();
    let merged = &merged["graph"]["nodes"][1]["content"]["rules"];
    assert_eq!(fields(merged, "_id"), ["big", "large", "medium", "rest"]);
    assert_eq!(fields(merged, "percent"), ["15", "9", "5", "0"]);
    api.finish().await;
}

#[tokio::test]
async fn a_node_that_both_moved_stays_where_the_draft_has_it() {
    let api = Api::start().await;
    let moved = |x: i32| {
        let mut graph = graph();
        graph["nodes"][1]["position"]["x"] = json!(x);
        graph
    };
    api.publish_first_flow("discounts").await;
    api.put_graph("discounts", moved(400)).await;
    api.publish_flow("discounts", 1).await;
    api.put_graph("discounts", moved(500)).await;
    api.post("/v1/flows/discounts/rollback").json(json!({"version": 1, "baseVersion": 2})).await.ok();
    assert_eq!(api.post(MERGE).await.ok()["graph"], moved(500));
    api.finish().await;
}

#[tokio::test]
async fn resolutions_of_what_is_no_conflict_are_refused() {
    let api = Api::start().await;
    overtaken(&api, graph_with([("big", "25")])).await;
    let resolutions = json!({ at("big"): "draft", at("rest"): "draft" });
    let refused = api.post(MERGE).json(json!({"resolutions": resolutions})).await.problem(422, "invalid_body");
    assert_eq!(fields(&refused["errors"], "pointer"), ["/resolutions/~1nodes~1@discounts~1content~1rules~1@rest~1percent"]);
    api.finish().await;
}

#[tokio::test]
async fn a_dry_run_answers_what_the_merge_would_leave_and_writes_nothing() {
    for name in ["dryRun", "dry_run"] {
        let api = Api::start().await;
        overtaken(&api, graph_with([("big", "2"), ("medium", "7")])).await;
        let (before, history) = (api.flow_draft("discounts").await, api.flow_snapshots("discounts").await);
        let preview = api.post(MERGE).json(json!({ name: true })).await.ok();
        assert_eq!((&preview["baseVersion"], &preview["graph"]), (&json!(3), &graph_with([("big", "15"), ("medium", "7")])));
        assert_eq!((api.flow_draft("discounts").await, api.flow_snapshots("discounts").await), (before, history));
        api.finish().await;
    }
}

#[tokio::test]
async fn where_there_is_nothing_to_do_nothing_changes() {
    let api = Api::start().await;
    api.publish_first_flow("discounts").await;
    api.put_graph("discounts", graph_with([("big", "20")])).await;
    let before = api.flow_draft("discounts").await;
    assert_eq!(api.post(MERGE).as_(&api.ci).await.ok(), before);
    api.finish().await;
}

#[tokio::test]
async fn a_repeat_with_its_idempotency_key_answers_the_graph_as_it_was_merged_even_when_the_draft_moved_on() {
    let api = Api::start().await;
    overtaken(&api, graph_with([("big", "2"), ("medium", "7")])).await;
    let request = || api.post(MERGE).idempotency_key("m").json(json!({}));
    let first = request().await;
    let etag = first.header("etag").unwrap().to_owned();
    let first = first.ok();
    api.put_graph("discounts", graph_with([("medium", "8")])).await;
    let again = request().await;
    assert!(again.is_replayed());
    assert_eq!(again.header("etag").unwrap(), etag);
    let again = again.ok();
    assert_eq!(again["graph"], graph_with([("big", "15"), ("medium", "7")]));
    assert_eq!(again, first);
    assert_eq!(api.flow_draft("discounts").await["graph"], graph_with([("medium", "8")]));
    api.finish().await;
}

#[tokio::test]
async fn refusals_come_in_the_contracts_order() {
    let api = Api::start().await;
    let stale = overtaken(&api, graph_with([("big", "25")])).await["etag"].clone();
    let newer = api.put_graph("discounts", graph_with([("big", "26")])).await;
    let viewer = api.token(Token::Person("viewer")).await;
    api.post(MERGE).as_(&api.other_tenant.token).await.problem(404, "not_found");
    api.post(MERGE).as_(&viewer).if_match(&stale).await.problem(403, "forbidden");
    let refused = api.post(MERGE).if_match(&stale).await.problem(412, "precondition_failed");
    assert_eq!(refused["etag"], newer["etag"]);
    api.post(MERGE).if_match(&newer["etag"]).await.problem(409, "merge_conflict");
    api.finish().await;
}
