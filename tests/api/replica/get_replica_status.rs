use serde_json::{Value, json};
use tests::{Api, Token, assert_millis, config};

const STATUS: &str = "/v1/replica/connector/crm";

#[tokio::test]
async fn what_was_never_published_is_in_sync() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let expected = json!({
        "publishedVersion": 0, "replicaVersion": null, "epoch": 1, "replicatedAtUtc": null, "notifiedAtUtc": null, "lagMs": null, "inSync": true,
    });
    assert_eq!(api.get(STATUS).await.ok(), expected);
    api.finish().await;
}

#[tokio::test]
async fn a_publish_waits_until_the_dispatcher_ran() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    let waiting = api.get(STATUS).await.ok();
    assert_eq!((&waiting["publishedVersion"], &waiting["inSync"], &waiting["lagMs"]), (&json!(1), &json!(false), &Value::Null));
    api.dispatch().await;
    let done = api.get(STATUS).await.ok();
    assert_eq!((&done["replicaVersion"], &done["inSync"], &done["epoch"]), (&json!(1), &json!(true), &json!(1)));
    assert!(done["lagMs"].as_i64().unwrap() >= 0);
    assert_millis(&done["replicatedAtUtc"]);
    assert_millis(&done["notifiedAtUtc"]);
    api.publish_next("crm", 1).await;
    let behind = api.get(STATUS).await.ok();
    assert_eq!((&behind["publishedVersion"], &behind["replicaVersion"], &behind["inSync"]), (&json!(2), &json!(1), &json!(false)));
    api.finish().await;
}

#[tokio::test]
async fn types_and_resources_that_do_not_exist_are_not_found() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    for path in ["/v1/replica/flow/crm", "/v1/replica/connector/none", "/v1/replica/robot/crm"] {
        api.get(path).await.problem(404, "not_found");
    }
    api.get(STATUS).as_(&api.other_tenant.token).await.problem(404, "not_found");
    let application = api.token(Token::Application).await;
    api.get(STATUS).as_(&application).await.problem(403, "forbidden");
    api.finish().await;
}
