use serde_json::json;
use tests::{Api, Token, assert_millis, config};

use super::{cookie, session};

#[tokio::test]
async fn a_pasted_token_begins_a_session_of_12_hours_in_a_cookie_that_scripts_can_not_read() {
    let api = Api::start().await;
    let answer = api.post("/auth/token").anonymously().json(json!({"token": api.tenant.token})).await;
    let cookie = cookie(&answer);
    assert!(answer.header("set-cookie").unwrap().contains("Max-Age=43200"));
    assert!(!cookie.contains(&api.tenant.token), "the session has a secret of its own");
    assert_millis(&answer.ok()["expiresAt"]);

    let me = api.get("/v1/me").anonymously().header("cookie", &cookie).await.ok();
    assert_eq!((&me["user"]["email"], &me["token"]["kind"]), (&json!(api.tenant.owner_email), &json!("session")));
    assert_eq!(me["token"]["surface"], "designer");
    api.finish().await;
}

#[tokio::test]
async fn a_session_writes_and_publishes_from_the_console_and_from_nowhere_else() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let cookie = session(&api).await;
    let publish = || api.post("/api/connectors/crm/publish").anonymously().header("cookie", &cookie).json(json!({"base_version": 0}));
    publish().await.problem(403, "forbidden");
    publish().header("origin", "https://evil.example").await.problem(403, "forbidden");
    publish().header("sec-fetch-site", "cross-site").await.problem(403, "forbidden");
    publish().header("sec-fetch-site", "same-origin").await.ok();
    let origin = api.origin.clone();
    let patch = api.patch("/api/connectors/crm/draft").anonymously().header("cookie", &cookie).header("origin", &origin);
    patch.json(json!({"settings": {"batch": 1}})).await.ok();
    let version = api.get("/api/connectors/crm/versions/1").await.ok();
    assert_eq!((&version["surface"], &version["actor_kind"]), (&json!("designer"), &json!("human")));
    api.finish().await;
}

#[tokio::test]
async fn only_a_persons_console_token_signs_in() {
    let api = Api::start().await;
    let fcc = api.token(Token::PersonWithFcc("owner")).await;
    let agent = api.token(Token::Agent).await;
    let application = api.token(Token::Application).await;
    for token in [&api.ci, &fcc, &agent, &application, "fcp_nonsense", ""] {
        api.post("/auth/token").anonymously().json(json!({"token": token})).await.problem(401, "unauthorized");
    }
    let session = session(&api).await;
    let secret = session.split_once('=').unwrap().1;
    api.post("/auth/token").anonymously().json(json!({"token": secret})).await.problem(401, "unauthorized");
    api.finish().await;
}

#[tokio::test]
async fn another_site_can_not_sign_anybody_in() {
    let api = Api::start().await;
    let request = || api.post("/auth/token").anonymously().json(json!({"token": api.tenant.token}));
    request().header("sec-fetch-site", "cross-site").await.problem(403, "forbidden");
    request().header("sec-fetch-site", "same-origin").await.ok();
    api.finish().await;
}

#[tokio::test]
async fn a_body_without_a_token_is_refused() {
    let api = Api::start().await;
    api.post("/auth/token").anonymously().json(json!({})).await.problem(422, "invalid_body");
    api.post("/auth/token").anonymously().bytes("text/plain", "x").await.problem(415, "unsupported_media_type");
    api.finish().await;
}

#[tokio::test]
async fn a_session_ends_with_the_token_that_it_began_with() {
    let api = Api::start().await;
    let token = api.token(Token::Person("viewer")).await;
    let begun = api.post("/auth/token").anonymously().json(json!({"token": token})).await;
    let cookie = cookie(&begun);
    let id = api.credential_id(&token).await;
    api.delete(&format!("/v1/tokens/{id}")).as_(&token).await.with_status(204);
    api.get("/v1/me").anonymously().header("cookie", &cookie).await.problem(401, "unauthorized");
    api.finish().await;
}
