use serde_json::{Value, json};
use tests::{Answer, Api, Instance};

use super::provider::{At, Claims, Provider, at_the_provider, begin, come_back};

/// The whole way: begun for a page, signed in at the provider, and back.
async fn sign_in(console: &Instance, to: &str, email: &str) -> Answer {
    let begun = begin(console, to).await;
    let back = at_the_provider(&begun, At::SignIn(email)).await;
    come_back(console, &back, &begun.cookie).await
}

/// Who the answer's session is of.
async fn me(console: &Instance, answer: &Answer) -> Value {
    let cookies = answer.headers("set-cookie");
    let session =
        cookies.iter().find(|cookie| cookie.starts_with("__Host-fetchcatch=")).unwrap_or_else(|| panic!("no session in {answer}"));
    for attribute in ["Path=/", "Secure", "HttpOnly", "SameSite=Lax", "Max-Age=43200"] {
        assert!(session.split("; ").any(|part| part == attribute), "{attribute} is not in {session}");
    }
    let session = session.split(';').next().unwrap();
    console.get("/v1/me").anonymously().header("cookie", session).header("x-fcc-workspace", "acme").await.ok()
}

async fn newest_sessions_tenant(api: &Api) -> String {
    let query =
        "SELECT t.slug FROM credentials c JOIN tenants t ON t.id = c.tenant_id WHERE c.kind = 'session' ORDER BY c.created_at DESC LIMIT 1";
    sqlx::query_scalar(query).fetch_one(&api.owner_db).await.unwrap()
}

#[track_caller]
fn refused(answer: &Answer, error: &str, to: &str) {
    let to = to.replace('/', "%2F");
    assert_eq!((answer.status, answer.header("location")), (303, Some(format!("/sign-in?error={error}&to={to}").as_str())));
    let cookies = answer.headers("set-cookie");
    assert!(cookies.iter().all(|cookie| cookie.contains("Max-Age=0")), "{cookies:?}");
}

#[tokio::test]
async fn a_member_signs_in_at_the_provider_and_is_back_on_the_page_they_wanted() {
    let api = Api::start().await;
    for claims in [Claims::InToken, Claims::AskedFor] {
        let provider = Provider::start(claims).await;
        let console = provider.console(&api).await;
        let answer = sign_in(&console, "/w/acme/flows", &api.tenant.owner_email).await;
        assert_eq!((answer.status, answer.header("location")), (303, Some("/w/acme/flows")), "{answer}");
        assert!(answer.headers("set-cookie").iter().any(|cookie| cookie.starts_with("__Host-fetchcatch-sign-in=;")), "it is finished once");
        let me = me(&console, &answer).await;
        assert_eq!((&me["user"]["email"], &me["role"]), (&json!(api.tenant.owner_email), &json!("owner")));
        assert_eq!((&me["token"]["kind"], &me["token"]["surface"]), (&json!("session"), &json!("designer")));
    }
    api.finish().await;
}

#[tokio::test]
async fn who_is_no_member_or_has_no_verified_address_is_not_signed_in() {
    let api = Api::start().await;
    let provider = Provider::start(Claims::AskedFor).await;
    let console = provider.console(&api).await;
    refused(&sign_in(&console, "/w/acme", "stranger@acme.example").await, "unknown", "/w/acme");
    let member = json!({"email": "unverified@acme.example", "role": "viewer"});
    api.post("/v1/workspaces/acme/members").json(member).await.with_status(201);
    refused(&sign_in(&console, "/", "unverified@acme.example").await, "unverified", "/");
    api.finish().await;
}

#[tokio::test]
async fn letters_of_an_address_may_be_large_or_small() {
    let api = Api::start().await;
    let provider = Provider::start(Claims::AskedFor).await;
    let console = provider.console(&api).await;
    let answer = sign_in(&console, "/", &api.tenant.owner_email.to_uppercase()).await;
    assert_eq!(me(&console, &answer).await["user"]["email"], json!(api.tenant.owner_email));
    api.finish().await;
}

#[tokio::test]
async fn a_person_of_several_tenants_is_signed_in_to_that_of_the_page_they_wanted() {
    let api = Api::start().await;
    let member = json!({"email": api.tenant.owner_email, "role": "viewer"});
    api.post("/v1/workspaces/globex/members").as_(&api.other_tenant.token).json(member).await.with_status(201);
    let provider = Provider::start(Claims::AskedFor).await;
    let console = provider.console(&api).await;
    for (to, tenant) in [("/", "acme"), ("/w/acme/runs", "acme"), ("/w/globex/runs", "globex"), ("/w/nowhere", "acme")] {
        let answer = sign_in(&console, to, &api.tenant.owner_email).await;
        me(&console, &answer).await;
        assert_eq!(newest_sessions_tenant(&api).await, tenant, "{to}");
    }
    api.finish().await;
}

#[tokio::test]
async fn a_sign_in_that_was_cancelled_or_begun_elsewhere_ends_on_the_sign_in_page() {
    let api = Api::start().await;
    let provider = Provider::start(Claims::AskedFor).await;
    let console = provider.console(&api).await;
    let (one, other) = (begin(&console, "/w/acme").await, begin(&console, "/w/acme").await);
    let cancelled = at_the_provider(&one, At::Cancel).await;
    refused(&come_back(&console, &cancelled, &one.cookie).await, "denied", "/w/acme");

    let back = at_the_provider(&one, At::SignIn(&api.tenant.owner_email)).await;
    refused(&come_back(&console, &back, &other.cookie).await, "expired", "/w/acme");
    refused(&come_back(&console, &back, "").await, "expired", "/");
    refused(&come_back(&console, "/auth/callback", &one.cookie).await, "expired", "/w/acme");
    // As if this browser had begun what another did: neither its proof nor its nonce belongs to the code.
    let swapped = back.replace(&one.query("state"), &other.query("state"));
    refused(&come_back(&console, &swapped, &other.cookie).await, "unreachable", "/w/acme");
    api.finish().await;
}

#[tokio::test]
async fn a_code_works_once() {
    let api = Api::start().await;
    let provider = Provider::start(Claims::AskedFor).await;
    let console = provider.console(&api).await;
    let begun = begin(&console, "/").await;
    let back = at_the_provider(&begun, At::SignIn(&api.tenant.owner_email)).await;
    assert_eq!(come_back(&console, &back, &begun.cookie).await.header("location"), Some("/"));
    refused(&come_back(&console, &back, &begun.cookie).await, "unreachable", "/");
    api.finish().await;
}

#[tokio::test]
async fn what_a_browser_keeps_of_a_sign_in_can_not_be_changed() {
    let api = Api::start().await;
    let provider = Provider::start(Claims::AskedFor).await;
    let console = provider.console(&api).await;
    let begun = begin(&console, "/").await;
    let back = at_the_provider(&begun, At::SignIn(&api.tenant.owner_email)).await;
    let (content, mac) = begun.cookie.rsplit_once('.').unwrap();
    let changed = format!("{content}00.{mac}");
    refused(&come_back(&console, &back, &changed).await, "expired", "/");
    api.finish().await;
}
