//! What an evaluation costs Postgres.

use functions::settings::Settings;
use serde_json::json;
use tests::Api;

use crate::proxy;

#[tokio::test]
async fn a_warm_evaluation_is_one_statement_and_one_round_trip() {
    let api = Api::start().await;
    for slug in ["first", "second"] {
        api.publish_pricing(slug).await;
    }
    let (database_url, counts) = proxy::in_front_of(&api.app.settings.database_url).await;
    let instance = api.another_instance(Settings { database_url, database_connections: 1, ..api.app.settings.clone() }).await;
    let evaluate = async |slug: &str| instance.evaluate(slug, json!({"amount": 1})).await.ok()["version"].clone();

    evaluate("first").await;
    evaluate("second").await;
    counts.take();
    for slug in ["first", "second", "first"] {
        assert_eq!(evaluate(slug).await, 1);
        assert_eq!(counts.take(), (1, 0, 1), "statements, preparations, round trips");
    }
    // One that fails is recorded like any other.
    instance.evaluate("first", json!({"amount": {}})).await.problem(422, "evaluation_failed");
    assert_eq!(counts.take(), (1, 0, 1), "a failure costs the same");
    // After a publish the new pointer is read once, and then it is one statement again.
    api.publish_next_pricing("first", 1).await;
    assert_eq!(evaluate("first").await, 2);
    assert!(counts.take().0 > 1);
    assert_eq!(evaluate("first").await, 2);
    assert_eq!(counts.take(), (1, 0, 1));
    api.finish().await;
}
