//! What is told of a query that a call does not take.

use tests::Api;

#[tokio::test]
async fn a_parameter_of_another_form_is_named_with_what_it_takes() {
    let api = Api::start().await;
    let cases = [
        ("/api/connectors?archived=maybe", "archived", "maybe"),
        ("/api/connectors?q=x&has_unpublished_changes=", "has_unpublished_changes", "\"\""),
        ("/v1/flows?hasUnpublishedChanges=1", "hasUnpublishedChanges", "\"1\""),
        ("/v1/sync/export?bodies=no&limit=3", "bodies", "no"),
    ];
    for (path, name, given) in cases {
        let refused = api.get(path).await.problem(400, "invalid_query");
        let detail = refused["detail"].as_str().unwrap();
        assert!(detail.contains(&format!("`{name}` takes `true` or `false`")) && detail.contains(given), "{path}: {detail}");
    }
    api.finish().await;
}

#[tokio::test]
async fn a_parameter_that_stands_twice_is_named() {
    let api = Api::start().await;
    for path in ["/api/connectors?limit=1&q=x&limit=2", "/v1/runs?limit=1&limit=1"] {
        let refused = api.get(path).await.problem(400, "invalid_query");
        let detail = refused["detail"].as_str().unwrap();
        assert!(detail.contains("`limit`") && detail.contains("twice"), "{path}: {detail}");
    }
    api.finish().await;
}

#[tokio::test]
async fn times_before_all_others_are_in_order_too() {
    let api = Api::start().await;
    let (early, late) = ("1960-01-01T00:00:00Z", "1965-01-01T00:00:00Z");
    for path in ["/v1/runs", "/v1/audit", "/v1/runs/stats"] {
        api.get(&format!("{path}?from={early}&to={late}")).await.ok();
        for (from, to) in [(late, early), (early, early), ("2026-01-01T00:00:00Z", early)] {
            let refused = api.get(&format!("{path}?from={from}&to={to}")).await.problem(400, "invalid_query");
            assert_eq!(refused["detail"], "`from` has to be before `to`.");
        }
    }
    assert_eq!(api.get(&format!("/v1/runs?from={early}&to={late}")).await.ok()["items"], serde_json::json!([]));
    api.get("/v1/runs/stats?from=2900-01-01T00:00:00Z").await.problem(400, "invalid_query");
    api.finish().await;
}
