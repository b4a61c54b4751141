use dev::stack::tenants::{Credential, new_secret};
use domain::token::TokenKind;
use functions::settings::{IdentityProvider, Settings};
use tests::Api;

use super::cookie;
use super::provider::{Claims, Provider, begin};

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
async fn a_link_with_a_wrong_code_is_refused() {
    let api = Api::start().await;
    api.get("/auth/login?code=wrong").anonymously().await.problem(401, "unauthorized");
    api.get(&format!("/auth/login?code={}", api.ci)).anonymously().await.problem(401, "unauthorized");
    api.finish().await;
}

#[tokio::test]
async fn a_link_leads_on_to_a_page_of_the_console_and_to_no_other_site() {
    let api = Api::start().await;
    for (to, location) in [("/w/acme/runs%3Fsource=cli", "/w/acme/runs?source=cli"), ("//evil.example", "/"), ("https://evil.example", "/")]
    {
        let answer = api.get(&format!("/auth/login?code={}&to={to}", code(&api).await)).anonymously().await;
        assert_eq!((answer.status, answer.header("location")), (303, Some(location)), "{to}");
    }
    api.finish().await;
}

#[tokio::test]
async fn without_an_identity_provider_a_sign_in_says_what_there_is_instead() {
    let api = Api::start().await;
    for path in ["/auth/login", "/auth/callback?state=x&code=y"] {
        let problem = api.get(path).anonymously().await.problem(404, "not_found");
        assert!(problem["detail"].as_str().unwrap().contains("OIDC_ISSUER"), "{problem}");
    }
    api.finish().await;
}

#[tokio::test]
async fn a_sign_in_goes_on_at_the_provider_with_pkce_state_and_nonce_of_its_own() {
    let api = Api::start().await;
    let provider = Provider::start(Claims::AskedFor).await;
    let console = provider.console(&api).await;
    let (one, other) = (begin(&console, "/").await, begin(&console, "/").await);
    assert!(one.address.starts_with(&format!("{}/auth?", provider.issuer)), "{}", one.address);
    let asked = |name: &str| (one.query(name), other.query(name));
    assert_eq!(asked("response_type").0, "code");
    assert_eq!(asked("redirect_uri").0, "https://console.example/auth/callback");
    assert_eq!(asked("code_challenge_method").0, "S256");
    assert!(asked("scope").0.split(' ').any(|scope| scope == "email"));
    for name in ["state", "nonce", "code_challenge"] {
        let (one, other) = asked(name);
        assert!(one.len() >= 43 && one != other, "{name}: {one}, {other}");
    }
    assert!(!one.cookie.contains(&one.query("state")), "what the browser keeps is not for show");
    api.finish().await;
}

#[tokio::test]
async fn a_provider_that_does_not_answer_leads_back_to_the_sign_in_page() {
    let api = Api::start().await;
    let nobody = IdentityProvider::new(Some("http://127.0.0.1:1".into()), Some("fetchcatch".into()), Some("secret".into())).unwrap();
    let console = api.another_instance(Settings { identity_provider: nobody, ..api.app.settings.clone() }).await;
    let answer = console.get("/auth/login?to=/w/acme/runs").anonymously().await;
    assert_eq!((answer.status, answer.header("location")), (303, Some("/sign-in?error=unreachable&to=%2Fw%2Facme%2Fruns")));
    api.finish().await;
}

#[tokio::test]
async fn another_site_can_not_begin_a_sign_in() {
    let api = Api::start().await;
    api.get("/auth/login").anonymously().header("sec-fetch-site", "cross-site").await.problem(403, "forbidden");
    api.finish().await;
}
