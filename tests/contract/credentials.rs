//! Every endpoint refuses a stranger, and hides a tenant's things from another.

use dev::stack::tenants::new_secret;
use domain::digest::Digest;
use domain::token::TokenKind;
use serde_json::{Value, json};
use tests::{Api, Token};

use crate::table::Ours;

/// What the contract lists as answering without a token.
const OPEN: [&str; 4] = ["/healthz", "/openapi.json", "/api/schemas/", "/auth/"];

#[tokio::test]
async fn every_endpoint_but_the_open_ones_refuses_a_credential_that_does_not_work() {
    let api = Api::start().await;
    let ours = Ours::make(&api).await;
    let whole = new_secret(TokenKind::Designer);
    let damaged = format!("{}{}", &whole[..whole.len() - 1], if whole.ends_with('0') { '1' } else { '0' });
    let expired = lapsed(&api, "expires_at = now() - interval '1 second'").await;
    let revoked = lapsed(&api, "revoked_at = now()").await;
    let before = drafts(&api).await;

    let mut visited = 0;
    for call in ours.calls() {
        visited += 1;
        assert_eq!(call.is_open(), OPEN.iter().any(|open| call.path.starts_with(open)), "{}", call.operation);
        if call.is_open() {
            let answer = call.request(&api).anonymously().await;
            assert!(answer.status != 401 || call.operation == "begin_session", "the answer to {answer}");
            continue;
        }
        let attempts = [
            call.request(&api).anonymously(),
            call.request(&api).anonymously().header("authorization", "Bearer"),
            call.request(&api).anonymously().header("authorization", "Basic b3duZXI6c2VjcmV0"),
            call.request(&api).as_("nonsense"),
            call.request(&api).as_(&damaged),
            call.request(&api).as_(&new_secret(TokenKind::Designer)),
            call.request(&api).as_(&new_secret(TokenKind::Cli)),
            call.request(&api).as_(&expired),
            call.request(&api).as_(&revoked),
        ];
        for attempt in attempts {
            let answer = attempt.await;
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"), "the answer to {answer}");
            answer.problem(401, "unauthorized");
        }
    }
    assert_eq!(visited, functions::routes::ENDPOINTS.len());
    assert_eq!(drafts(&api).await, before);
    api.finish().await;
}

async fn drafts(api: &Api) -> [Value; 2] {
    [api.draft("crm").await, api.flow_draft("discounts").await]
}

/// An owner's token that no longer works.
async fn lapsed(api: &Api, how: &'static str) -> String {
    let token = api.token(Token::Person("owner")).await;
    let update = sqlx::AssertSqlSafe(format!("UPDATE credentials SET {how} WHERE sha256 = $1"));
    let updated = sqlx::query(update).bind(Digest::of(token.as_bytes()).as_bytes()).execute(&api.owner_db).await.unwrap();
    assert_eq!(updated.rows_affected(), 1);
    token
}

#[tokio::test]
async fn a_stranger_learns_nothing_of_a_bodys_faults() {
    let api = Api::start().await;
    let ours = Ours::make(&api).await;
    let unknown = new_secret(TokenKind::Cli);
    for call in ours.calls().into_iter().filter(|call| !call.is_open() && call.body.is_some()) {
        for (kind, body) in [("application/json", "{"), ("text/plain", "{}"), ("application/json", "[]")] {
            call.bare(&api).anonymously().bytes(kind, body).await.problem(401, "unauthorized");
            call.bare(&api).as_(&unknown).bytes(kind, body).await.problem(401, "unauthorized");
        }
    }
    api.finish().await;
}

#[tokio::test]
async fn another_tenants_token_finds_nothing_of_ours() {
    let api = Api::start().await;
    let ours = Ours::make(&api).await;
    let stranger = api.other_tenant.token.clone();
    let before = drafts(&api).await;
    let history = (api.history_length("crm").await, api.history_length("discounts").await);

    let mut visited = 0;
    for call in ours.calls().into_iter().filter(|call| call.pattern.contains("{id}")) {
        visited += 1;
        call.request(&api).as_(&stranger).await.problem(404, "not_found");
    }
    assert_eq!(visited, functions::routes::all().iter().filter(|route| route.path.contains("{id}")).count());

    for list in ["/api/connectors", "/v1/flows", "/v1/replica/outbox"] {
        assert_eq!(api.get(list).as_(&stranger).await.ok()["items"], json!([]), "{list}");
    }
    let tokens = api.get("/v1/tokens").as_(&stranger).await.ok();
    let mine = api.get("/v1/tokens").await.ok();
    let ids = |page: &Value| page["items"].as_array().unwrap().iter().map(|token| token["id"].clone()).collect::<Vec<_>>();
    assert!(ids(&tokens).iter().all(|id| !ids(&mine).contains(id)), "{tokens}");

    assert_eq!(drafts(&api).await, before);
    assert_eq!((api.history_length("crm").await, api.history_length("discounts").await), history);
    api.finish().await;
}
