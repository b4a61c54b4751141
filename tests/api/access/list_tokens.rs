use serde_json::{Value, json};
use tests::{Api, Token, assert_millis, fields};

const TOKENS: &str = "/v1/tokens";

#[tokio::test]
async fn an_admin_sees_the_workspaces_tokens_without_their_secrets() {
    let api = Api::start().await;
    let minted = json!({"kind": "service", "name": "CI", "email": "ci@acme.example", "scopes": ["read", "publish"]});
    let minted = api.post(TOKENS).json(minted).await.with_status(201);
    let answer = api.get(TOKENS).await;
    assert!(!String::from_utf8_lossy(&answer.body).contains(minted["token"].as_str().unwrap()));
    let listed = answer.ok();
    let item = &listed["items"][0];
    let expected = json!({
        "id": minted["id"], "kind": "service", "surface": "cli", "name": "CI", "email": "ci@acme.example", "scopes": ["read", "publish"],
        "createdAt": item["createdAt"], "expiresAt": item["expiresAt"],
    });
    assert_eq!(*item, expected);
    assert_millis(&item["createdAt"]);
    assert_millis(&item["expiresAt"]);
    assert_eq!(fields(&listed["items"], "kind"), ["service", "service", "personal"]);
    assert_eq!(listed["nextCursor"], Value::Null);
    api.finish().await;
}

#[tokio::test]
async fn others_see_their_own() {
    let api = Api::start().await;
    let viewer = api.token(Token::Person("viewer")).await;
    let listed = api.get(TOKENS).as_(&viewer).await.ok();
    assert_eq!(fields(&listed["items"], "id"), [&json!(api.credential_id(&viewer).await)]);
    let agent = api.token(Token::Agent).await;
    assert_eq!(api.get(TOKENS).as_(&agent).await.ok()["items"], json!([]));
    let application = api.token(Token::Application).await;
    api.get(TOKENS).as_(&application).await.problem(403, "forbidden");
    api.finish().await;
}

#[tokio::test]
async fn tokens_that_no_longer_work_are_not_listed() {
    let api = Api::start().await;
    let agent = api.token(Token::Agent).await;
    let id = api.credential_id(&agent).await;
    assert!(fields(&api.get(TOKENS).await.ok()["items"], "id").contains(&&json!(id)));
    api.delete(&format!("{TOKENS}/{id}")).await.with_status(204);
    assert!(!fields(&api.get(TOKENS).await.ok()["items"], "id").contains(&&json!(id)));
    api.finish().await;
}

#[tokio::test]
async fn pages_go_from_the_newest_to_the_first() {
    let api = Api::start().await;
    for _ in 0..3 {
        api.token(Token::Agent).await;
    }
    let all = api.get(TOKENS).await.ok();
    let (mut paged, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = api.get(&format!("{TOKENS}?limit=2{cursor}")).await.ok();
        paged.extend(page["items"].as_array().unwrap().clone());
        let Value::String(next) = &page["nextCursor"] else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(json!(paged), all["items"]);
    api.get(&format!("{TOKENS}?limit=0")).await.problem(400, "invalid_query");
    api.get(&format!("{TOKENS}?cursor=zz")).await.problem(400, "invalid_cursor");
    api.finish().await;
}

#[tokio::test]
async fn another_tenants_tokens_are_not_listed() {
    let api = Api::start().await;
    let listed = api.get(TOKENS).as_(&api.other_tenant.token).await.ok();
    assert_eq!(fields(&listed["items"], "email"), ["owner@globex.example"]);
    api.finish().await;
}
