use dev::stack::tenants::{Credential, new_secret};
use domain::token::TokenKind;
use tests::Api;

use super::cookie;

/// A one-time link's code for the owner, as the local stack makes one.
async fn code(api: &Api) -> String {
    let code = new_secret(TokenKind::Session);
    let login = Credential { kind: "login", ..Credential::designer(api.tenant.owner, &api.tenant.owner_email) };
    api.add_credential(&code, &login).await;
    code
}

#[tokio::test]
async fn a_one_time_link_signs_in_once() {
    let api = Api::start().await;
    let path = format!("/auth/login?code={}", code(&api).await);
    let answer = api.get(&path).anonymously().await;
    assert_eq!((answer.status, answer.header("location")), (303, Some("/")));
    let cookie = cookie(&answer);
    assert_eq!(api.get("/v1/me").anonymously().header("cookie", &cookie).await.ok()["role"], "owner");
    api.get(&path).anonymously().await.problem(401, "unauthorized");
    api.finish().await;
}

#[tokio::test]
async fn the_code_of_a_link_is_no_token() {
    let api = Api::start().await;
    let code = code(&api).await;
    api.get("/v1/me").as_(&code).await.problem(401, "unauthorized");
    api.get("/v1/me").anonymously().header("cookie", &format!("__Host-fetchcatch={code}")).await.problem(401, "unauthorized");
    api.finish().await;
}

#[tokio::test]
async fn a_link_without_a_code_or_with_a_wrong_one_is_refused() {
    let api = Api::start().await;
    api.get("/auth/login").anonymously().await.problem(400, "invalid_query");
    api.get("/auth/login?code=wrong").anonymously().await.problem(401, "unauthorized");
    api.get(&format!("/auth/login?code={}", api.ci)).anonymously().await.problem(401, "unauthorized");
    api.finish().await;
}
