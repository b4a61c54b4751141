use serde_json::json;
use tests::Api;

#[tokio::test]
async fn it_answers_without_a_token() {
    let api = Api::start().await;
    assert_eq!(api.get("/healthz").anonymously().await.ok(), json!({"status": "ok"}));
    api.finish().await;
}
