use serde_json::{Value, json};
use tests::{Api, TABLE, fields, graph_with};

/// Versions that grant big orders 15, 2 and 3 percent, and a draft that grants 4.
async fn three_versions(api: &Api) {
    api.publish_first_flow("discounts").await;
    api.publish_next_flow("discounts", 1).await;
    api.publish_next_flow("discounts", 2).await;
    api.put_graph("discounts", graph_with([("big", "4")])).await;
}

fn changed(before: &str, after: &str) -> Value {
    json!([{"path": format!("{TABLE}/rules/@big/percent"), "op": "changed", "before": before, "after": after}])
}

#[tokio::test]
async fn a_version_is_compared_with_its_predecessor_or_with_what_is_asked_for() {
    let api = Api::start().await;
    three_versions(&api).await;
    let cases = [
        (2, "", json!(1), changed("15", "2")),
        (2, "?against=3", json!(3), changed("3", "2")),
        (1, "?against=active", json!(3), changed("3", "15")),
        (1, "?against=draft", json!("draft"), changed("4", "15")),
        (3, "?against=3", json!(3), json!([])),
    ];
    for (version, query, against, changes) in cases {
        let diff = api.get(&format!("/v1/flows/discounts/versions/{version}/diff{query}")).await.ok();
        assert_eq!(diff, json!({"version": version, "against": against, "changes": changes}), "{query}");
    }
    api.finish().await;
}

#[tokio::test]
async fn the_first_version_is_compared_with_the_empty_graph() {
    let api = Api::start().await;
    api.publish_first_flow("discounts").await;
    let diff = api.get("/v1/flows/discounts/versions/1/diff").await.ok();
    assert_eq!(diff["against"], 0);
    assert_eq!(fields(&diff["changes"], "op"), ["added"; 6]);
    api.finish().await;
}

#[tokio::test]
async fn versions_that_do_not_exist_and_sides_that_are_none_are_refused() {
    let api = Api::start().await;
    three_versions(&api).await;
    for path in ["4/diff", "0/diff", "-1/diff", "x/diff", "1/diff?against=9"] {
        api.get(&format!("/v1/flows/discounts/versions/{path}")).await.problem(404, "not_found");
    }
    api.get("/v1/flows/discounts/versions/1/diff?against=newest").await.problem(400, "invalid_query");
    api.get("/v1/flows/discounts/versions/1/diff").as_(&api.other_tenant.token).await.problem(404, "not_found");
    api.finish().await;
}
