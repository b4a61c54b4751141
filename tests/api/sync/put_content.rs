use domain::canonical::digest_of;
use serde_json::{Value, json};
use tests::{Api, Token, config, config_of_size};

fn path(document: &Value) -> String {
    format!("/v1/sync/contents/{}", digest_of(document))
}

#[tokio::test]
async fn a_body_is_kept_by_its_digest_however_it_is_spelled() {
    let api = Api::start().await;
    let document = json!({"b": 1, "a": [1, "é"]});
    let stored = api.put(&path(&document)).as_(&api.ci).bytes("application/json", "{ \"b\": 1.0,\n \"a\": [1, \"\\u00e9\"] }").await.ok();
    assert_eq!(stored, json!({"digest": digest_of(&document), "bytes": "{\"a\":[1,\"é\"],\"b\":1}".len()}));
    assert_eq!(api.put(&path(&document)).as_(&api.ci).json(document.clone()).await.ok(), stored);
    assert_eq!(api.get(&path(&document)).await.ok(), document);
    api.finish().await;
}

#[tokio::test]
async fn a_digest_that_is_not_the_bodys_is_refused_and_nothing_is_kept() {
    let api = Api::start().await;
    let refused = api.put(&path(&json!({}))).as_(&api.ci).json(config()).await.problem(422, "invalid_body");
    assert_eq!(refused["digest"], json!(digest_of(&config())));
    api.get(&path(&config())).await.problem(404, "not_found");
    api.put("/v1/sync/contents/abc").as_(&api.ci).json(config()).await.problem(404, "not_found");
    api.finish().await;
}

#[tokio::test]
async fn the_largest_body_goes_in_and_a_larger_one_does_not() {
    let api = Api::start().await;
    let largest = config_of_size(4_194_304);
    assert_eq!(api.put(&path(&largest)).as_(&api.ci).json(largest.clone()).await.ok()["bytes"], 4_194_304);
    let larger = config_of_size(4_194_305);
    api.put(&path(&larger)).as_(&api.ci).json(larger.clone()).await.problem(413, "payload_too_large");
    api.finish().await;
}

#[tokio::test]
async fn who_may_draft_or_apply_may_upload() {
    let api = Api::start().await;
    for token in [Token::Person("author"), Token::Agent, Token::Service(&["apply"]), Token::Service(&["draft"])] {
        api.put(&path(&config())).as_(&api.token(token).await).json(config()).await.ok();
    }
    for token in [Token::Person("viewer"), Token::Service(&["read", "publish"]), Token::Application] {
        api.put(&path(&config())).as_(&api.token(token).await).json(config()).await.problem(403, "forbidden");
    }
    api.finish().await;
}
