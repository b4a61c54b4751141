use serde_json::{Value, json};
use tests::{Api, config, fields};

const DIFF: &str = "/api/connectors/crm/draft/diff";

#[tokio::test]
async fn a_clean_draft_has_no_changes() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    let diff = api.get(DIFF).await.ok();
    assert_eq!(diff, json!({"base_version": 1, "active_version": 1, "changes": [], "conflicts": [], "mergeable": true}));
    api.finish().await;
}

#[tokio::test]
async fn before_is_the_active_version_and_after_the_draft_by_the_highest_path_that_one_side_has() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    let patch = json!({
        "entities": {"company": null, "deal": {"fields": {"a/b": null, "id": {"type": "string"}}}},
        "settings": {"batch": 7, "api_key": null},
    });
    api.patch_draft("crm", patch).await;
    let diff = api.get(DIFF).await.ok();
    let mut changes = diff["changes"].as_array().unwrap().clone();
    changes.sort_by_key(|change| change["path"].to_string());
    let expected = json!([
        {"path": "/entities/company", "op": "removed", "before": config()["entities"]["company"]},
        {"path": "/entities/deal", "op": "added", "after": {"fields": {"id": {"type": "string"}}}},
        {"path": "/settings/api_key", "op": "removed", "before": "secretsmanager:hubspot/key"},
        {"path": "/settings/batch", "op": "changed", "before": 100, "after": 7},
    ]);
    assert_eq!(Value::from(changes), expected);
    assert_eq!((&diff["conflicts"], &diff["mergeable"]), (&json!([]), &json!(true)));
    api.finish().await;
}

#[tokio::test]
async fn items_of_keyed_arrays_are_named_by_their_id_and_a_reorder_is_a_move() {
    let api = Api::start().await;
    let list = |items: Value| json!({"settings": {"rules": items}});
    api.publish_first("crm").await;
    api.patch_draft("crm", list(json!([{"_id": "r1", "x": 1}, {"_id": "r2", "x": 2}, {"_id": "r3", "x": 3}]))).await;
    api.publish("crm", 1).await;
    api.patch_draft("crm", list(json!([{"_id": "r2", "x": 2}, {"_id": "r1", "x": 9}]))).await;
    let diff = api.get(DIFF).await.ok();
    let mut changes = diff["changes"].as_array().unwrap().clone();
    changes.sort_by_key(|change| change["path"].to_string());
    let expected = json!([
        {"path": "/settings/rules", "op": "moved", "before": ["r1", "r2", "r3"], "after": ["r2", "r1"]},
        {"path": "/settings/rules/@r1/x", "op": "changed", "before": 1, "after": 9},
        {"path": "/settings/rules/@r3", "op": "removed", "before": {"_id": "r3", "x": 3}},
    ]);
    assert_eq!(Value::from(changes), expected);
    api.finish().await;
}

#[tokio::test]
async fn what_was_never_published_differs_from_the_empty_config() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let diff = api.get(DIFF).await.ok();
    assert_eq!((&diff["base_version"], &diff["active_version"]), (&json!(0), &json!(0)));
    let mut paths = fields(&diff["changes"], "path");
    paths.sort_by_key(|path| path.to_string());
    assert_eq!(paths, ["/entities/company", "/entities/contact", "/event_flows/hubspot", "/settings/api_key", "/settings/batch"]);
    api.finish().await;
}

#[tokio::test]
async fn a_value_over_16_kb_is_its_digest_and_length() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    let (fits, long) = ("x".repeat(16 * 1024 - 2), "x".repeat(16 * 1024 - 1));
    api.patch_draft("crm", json!({"settings": {"fits": fits, "long": long}})).await;
    let diff = api.get(DIFF).await.ok();
    let after = |path: &str| diff["changes"].as_array().unwrap().iter().find(|change| change["path"] == path).unwrap()["after"].clone();
    assert_eq!(after("/settings/fits"), json!(fits));
    assert_eq!(after("/settings/long"), json!({"digest": domain::canonical::digest_of(&json!(long)), "bytes": 16 * 1024 + 1}));
    let part = api.get("/api/connectors/crm/draft?path=/settings/long").await.ok();
    assert_eq!(part["value"], json!(long));
    api.finish().await;
}

#[tokio::test]
async fn a_list_that_would_pass_2_mb_carries_as_much_as_fits_and_says_so() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let many: serde_json::Map<String, Value> = (0..30_000).map(|n| (format!("key-{n:05}"), json!("x".repeat(60)))).collect();
    api.patch_draft("crm", json!({"settings": many})).await;
    let answer = api.get(DIFF).await;
    assert!((1_500_000..2_500_000).contains(&answer.body.len()), "{}", answer.body.len());
    let diff = answer.ok();
    assert_eq!(diff["truncated"], true);
    assert!(diff["changes"].as_array().unwrap().len() < 30_000);
    api.finish().await;
}

#[tokio::test]
async fn it_tells_what_a_merge_would_ask_about() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.publish_next("crm", 1).await;
    api.patch_draft("crm", json!({"settings": {"batch": 9, "mine": true}})).await;
    api.post("/api/connectors/crm/rollback").json(json!({"version": 1, "base_version": 2})).await.ok();
    let diff = api.get(DIFF).await.ok();
    assert_eq!((&diff["base_version"], &diff["active_version"], &diff["mergeable"]), (&json!(2), &json!(3), &json!(false)));
    assert_eq!(diff["conflicts"], json!([{"path": "/settings/batch", "base": 2, "draft": 9, "active": 100}]));
    api.finish().await;
}

#[tokio::test]
async fn another_tenants_draft_is_not_found() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    api.get(DIFF).as_(&api.other_tenant.token).await.problem(404, "not_found");
    api.finish().await;
}

#[tokio::test]
async fn items_are_matched_by_what_tells_them_apart_on_both_sides() {
    let api = Api::start().await;
    let rules = |second: &str| json!({"settings": {"rules": [{"_id": "r1", "id": "a"}, {"_id": "r2", "id": second}]}});
    api.create("crm", config()).await;
    api.patch_draft("crm", rules("b")).await;
    api.publish("crm", 0).await;
    api.patch_draft("crm", rules("a")).await;
    let diff = api.get("/api/connectors/crm/draft/diff").await.ok();
    assert_eq!(diff["changes"], json!([{"path": "/settings/rules/@r2/id", "op": "changed", "before": "b", "after": "a"}]));
    for (document, holds) in [("draft", "a"), ("versions/1", "b")] {
        let part = api.get(&format!("/api/connectors/crm/{document}?path=/settings/rules/@r2/id")).await.ok();
        assert_eq!(part["value"], holds, "{document}");
    }
    api.finish().await;
}
