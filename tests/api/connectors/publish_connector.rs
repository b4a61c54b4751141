use serde_json::json;
use tests::Api;

#[tokio::test]
async fn the_first_publish_makes_version_1() {
    let api = Api::start().await;
    let published = api.publish_first("crm").await;
    assert_eq!(published["version"], 1);
    api.finish().await;
}

#[tokio::test]
async fn a_stale_base_version_is_refused() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    let refused = api.post("/api/connectors/crm/publish").json(json!({"base_version": 0})).await.problem(409, "version_conflict");
    assert_eq!(refused["active_version"], 1);
    api.finish().await;
}
