use serde_json::{Value, json};
use tests::{Api, config, fields};

/// Versions whose `settings.batch` is 100, 2 and 3, and a draft with 4.
async fn three_versions(api: &Api) {
    api.publish_first("crm").await;
    api.publish_next("crm", 1).await;
    api.publish_next("crm", 2).await;
    api.patch_draft("crm", json!({"settings": {"batch": 4}})).await;
}

fn changed(before: i32, after: i32) -> Value {
    json!([{"path": "/settings/batch", "op": "changed", "before": before, "after": after}])
}

#[tokio::test]
async fn a_version_is_compared_with_its_predecessor_or_with_what_is_asked_for() {
    let api = Api::start().await;
    three_versions(&api).await;
    let cases = [
        (2, "", json!(1), changed(100, 2)),
        (2, "?against=3", json!(3), changed(3, 2)),
        (1, "?against=active", json!(3), changed(3, 100)),
        (1, "?against=draft", json!("draft"), changed(4, 100)),
        (3, "?against=3", json!(3), json!([])),
    ];
    for (version, query, against, changes) in cases {
        let diff = api.get(&format!("/api/connectors/crm/versions/{version}/diff{query}")).await.ok();
        assert_eq!(diff, json!({"version": version, "against": against, "changes": changes}), "{query}");
    }
    api.finish().await;
}

#[tokio::test]
async fn the_first_version_is_compared_with_the_empty_config() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    let diff = api.get("/api/connectors/crm/versions/1/diff").await.ok();
    assert_eq!(diff["against"], 0);
    assert!(fields(&diff["changes"], "op").iter().all(|op| *op == "added"));
    api.finish().await;
}

#[tokio::test]
async fn versions_that_do_not_exist_and_sides_that_are_none_are_refused() {
    let api = Api::start().await;
    three_versions(&api).await;
    for path in ["4/diff", "0/diff", "-1/diff", "x/diff", "1/diff?against=9", "99999999999/diff"] {
        api.get(&format!("/api/connectors/crm/versions/{path}")).await.problem(404, "not_found");
    }
    api.get("/api/connectors/crm/versions/1/diff?against=newest").await.problem(400, "invalid_query");
    api.get("/api/connectors/crm/versions/1/diff").as_(&api.other_tenant.token).await.problem(404, "not_found");
    api.finish().await;
}

#[tokio::test]
async fn a_rollback_shows_what_it_undid() {
    let api = Api::start().await;
    three_versions(&api).await;
    api.post("/api/connectors/crm/rollback").json(json!({"version": 1, "base_version": 3})).await.ok();
    let diff = api.get("/api/connectors/crm/versions/4/diff").await.ok();
    assert_eq!(diff["changes"], changed(3, 100));
    assert_eq!(api.get("/api/connectors/crm/versions/4").await.ok()["config"], config());
    api.finish().await;
}
