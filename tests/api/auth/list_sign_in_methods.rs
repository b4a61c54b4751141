use serde_json::json;
use tests::Api;

use super::provider::{Claims, Provider};

#[tokio::test]
async fn a_sign_in_page_learns_whether_there_is_an_identity_provider() {
    let api = Api::start().await;
    assert_eq!(api.get("/auth/methods").anonymously().await.ok(), json!({"identityProvider": null}));
    let provider = Provider::start(Claims::AskedFor).await;
    let console = provider.console(&api).await;
    assert_eq!(console.get("/auth/methods").anonymously().await.ok(), json!({"identityProvider": provider.issuer}));
    api.finish().await;
}
