use serde_json::json;
use tests::{Api, config};

#[tokio::test]
async fn the_schema_of_a_config_is_served_without_a_token() {
    let api = Api::start().await;
    let answer = api.get("/api/schemas/connector-v3.json").anonymously().await;
    assert_eq!(answer.header("content-type"), Some("application/schema+json"));
    let schema = answer.ok();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!(schema["properties"]["schema_version"]["const"], "3.0");
    assert_eq!(schema["required"], json!(["schema_version", "entities", "event_flows", "settings"]));
    assert_eq!(config()["schema_version"], "3.0");
    api.finish().await;
}

#[tokio::test]
async fn a_schema_that_is_not_there_is_not_found() {
    let api = Api::start().await;
    api.get("/api/schemas/connector-v2.json").anonymously().await.problem(404, "not_found");
    api.finish().await;
}
