use domain::Canonical;
use tests::{Api, Token, config};

#[tokio::test]
async fn the_canonical_bytes_come_back() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let Canonical { bytes, digest } = Canonical::of(&config());
    let path = format!("/v1/sync/contents/{digest}");
    let answer = api.get(&path).await;
    assert_eq!((answer.header("content-type"), answer.header("etag")), (Some("application/json"), Some(&*format!("\"{digest}\""))));
    assert_eq!(answer.body, bytes);
    api.get(&path).as_(&api.token(Token::Person("viewer")).await).await.ok();
    api.get(&path).as_(&api.token(Token::Application).await).await.problem(403, "forbidden");
    api.get(&format!("/v1/sync/contents/{}", "0".repeat(64))).await.problem(404, "not_found");
    api.get(&format!("/v1/sync/contents/{}", digest.to_string().to_uppercase())).await.problem(404, "not_found");
    api.finish().await;
}

#[tokio::test]
async fn what_another_tenant_has_is_not_found() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let path = format!("/v1/sync/contents/{}", Canonical::of(&config()).digest);
    api.get(&path).await.ok();
    api.get(&path).as_(&api.other_tenant.token).await.problem(404, "not_found");
    api.finish().await;
}
