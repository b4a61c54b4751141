use serde_json::json;
use tests::{Api, config};

#[tokio::test]
async fn a_version_is_read_with_its_config() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.publish_next("crm", 1).await;
    let listed = api.get("/api/connectors/crm/versions").await.ok();
    let mut expected = listed["items"][1].clone();
    expected["config"] = config();
    assert_eq!(api.get("/api/connectors/crm/versions/1").await.ok(), expected);
    assert_eq!(api.get("/api/connectors/crm/versions/2").await.ok()["config"]["settings"]["batch"], 2);
    api.finish().await;
}

#[tokio::test]
async fn a_path_reads_that_part() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    let part = api.get("/api/connectors/crm/versions/1?path=/settings/batch").await.ok();
    assert_eq!((&part["path"], &part["value"], &part["version"]), (&json!("/settings/batch"), &json!(100), &json!(1)));
    assert!(part.get("config").is_none());
    api.get("/api/connectors/crm/versions/1?path=/nothing").await.problem(404, "not_found");
    api.finish().await;
}

#[tokio::test]
async fn what_does_not_exist_or_is_another_tenants_is_not_found() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    for version in ["0", "2", "-1", "x", "1.0", "99999999999"] {
        api.get(&format!("/api/connectors/crm/versions/{version}")).await.problem(404, "not_found");
    }
    api.get("/api/connectors/none/versions/1").await.problem(404, "not_found");
    api.get("/api/connectors/crm/versions/1").as_(&api.other_tenant.token).await.problem(404, "not_found");
    api.finish().await;
}
