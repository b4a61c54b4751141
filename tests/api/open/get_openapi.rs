use tests::Api;

#[tokio::test]
async fn it_answers_without_a_token_and_describes_itself() {
    let api = Api::start().await;
    let answer = api.get("/openapi.json").anonymously().await;
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let document = answer.ok();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    assert_eq!(document["paths"]["/openapi.json"]["get"]["operationId"], "get_openapi");
    api.finish().await;
}
