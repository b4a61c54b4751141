use serde_json::{Value, json};
use tests::{Api, TABLE, fields, graph, graph_with, rules};

const DIFF: &str = "/v1/flows/discounts/draft/diff";

#[tokio::test]
async fn a_clean_draft_has_no_changes() {
    let api = Api::start().await;
    api.publish_first_flow("discounts").await;
    let diff = api.get(DIFF).await.ok();
    assert_eq!(diff, json!({"baseVersion": 1, "publishedVersion": 1, "changes": [], "conflicts": [], "mergeable": true}));
    api.finish().await;
}

#[tokio::test]
async fn before_is_the_published_version_and_after_the_draft_by_the_cell_that_changed() {
    let api = Api::start().await;
    api.publish_first_flow("discounts").await;
    let mut drawn = graph_with([("big", "20")]);
    let rest = rules(&mut drawn).pop().unwrap();
    rules(&mut drawn).insert(1, json!({"_id": "odd", "total": "999", "percent": "1"}));
    drawn["nodes"][2]["position"]["x"] = json!(700);
    drawn["nodes"]
        .as_array_mut()
        .unwrap()
        .push(json!({"id": "note", "type": "outputNode", "name": "Unused", "position": {"x": 0, "y": 9}}));
    let added = drawn["nodes"][3].clone();
    api.put_graph("discounts", drawn).await;
    let diff = api.get(DIFF).await.ok();
    let mut changes = diff["changes"].as_array().unwrap().clone();
    changes.sort_by_key(|change| change["path"].to_string());
    let expected = json!([
        // Where the added rule went: under the hit policy `first` that is what it means.
        {"path": format!("{TABLE}/rules"), "op": "moved", "before": ["big", "medium", "rest"], "after": ["big", "odd", "medium"]},
        {"path": format!("{TABLE}/rules/@big/percent"), "op": "changed", "before": "15", "after": "20"},
        {"path": format!("{TABLE}/rules/@odd"), "op": "added", "after": {"_id": "odd", "total": "999", "percent": "1"}},
        {"path": format!("{TABLE}/rules/@rest"), "op": "removed", "before": rest},
        {"path": "/nodes/@note", "op": "added", "after": added},
        {"path": "/nodes/@response/position/x", "op": "changed", "before": 600, "after": 700},
    ]);
    assert_eq!(Value::from(changes), expected);
    assert_eq!((&diff["baseVersion"], &diff["conflicts"], &diff["mergeable"]), (&json!(1), &json!([]), &json!(true)));
    api.finish().await;
}

#[tokio::test]
async fn rules_in_another_order_are_moved() {
    let api = Api::start().await;
    api.publish_first_flow("discounts").await;
    let mut drawn = graph();
    rules(&mut drawn).swap(0, 1);
    api.put_graph("discounts", drawn).await;
    let moved =
        json!({"path": format!("{TABLE}/rules"), "op": "moved", "before": ["big", "medium", "rest"], "after": ["medium", "big", "rest"]});
    assert_eq!(api.get(DIFF).await.ok()["changes"], json!([moved]));
    api.finish().await;
}

#[tokio::test]
async fn what_was_never_published_differs_from_the_empty_graph() {
    let api = Api::start().await;
    api.create_flow("discounts", graph()).await;
    let diff = api.get(DIFF).await.ok();
    assert_eq!((&diff["baseVersion"], &diff["publishedVersion"]), (&json!(0), &json!(0)));
    let mut paths = fields(&diff["changes"], "path");
    paths.sort_by_key(|path| path.to_string());
    assert_eq!(paths, ["/contentType", "/edges/@in", "/edges/@out", "/nodes/@discounts", "/nodes/@request", "/nodes/@response"]);
    api.finish().await;
}

#[tokio::test]
async fn it_tells_what_a_merge_would_ask_about() {
    let api = Api::start().await;
    api.publish_first_flow("discounts").await;
    api.publish_next_flow("discounts", 1).await;
    api.put_graph("discounts", graph_with([("big", "25"), ("medium", "7")])).await;
    api.post("/v1/flows/discounts/rollback").json(json!({"version": 1, "baseVersion": 2})).await.ok();
    let diff = api.get(DIFF).await.ok();
    assert_eq!((&diff["baseVersion"], &diff["publishedVersion"], &diff["mergeable"]), (&json!(2), &json!(3), &json!(false)));
    let asked = json!({"path": format!("{TABLE}/rules/@big/percent"), "base": "2", "draft": "25", "active": "15"});
    assert_eq!(diff["conflicts"], json!([asked]));
    api.finish().await;
}

#[tokio::test]
async fn another_tenants_draft_is_not_found() {
    let api = Api::start().await;
    api.create_flow("discounts", graph()).await;
    api.get(DIFF).as_(&api.other_tenant.token).await.problem(404, "not_found");
    api.get("/v1/flows/none/draft/diff").await.problem(404, "not_found");
    api.finish().await;
}
