use serde_json::{Value, json};
use tests::{Api, Token, assert_millis, fields};

#[tokio::test]
async fn a_person_sees_who_they_are_where_and_what_they_may() {
    let api = Api::start().await;
    let me = api.get("/v1/me").await.ok();
    let workspace = json!({
        "id": api.tenant.workspace, "slug": "acme", "name": "acme", "governanceMode": "Hybrid", "environmentKind": "Development",
    });
    let expected = json!({
        "user": {"id": api.tenant.owner, "email": "owner@acme.example", "name": "The Owner"},
        "token": {"kind": "personal", "surface": "designer",
            "scopes": ["read", "draft", "apply", "publish", "evaluate", "evaluate_draft", "administer"], "expiresAt": me["token"]["expiresAt"]},
        "workspace": workspace, "role": "owner", "workspaces": [workspace], "consoleUrl": "https://console.example",
    });
    assert_eq!(me, expected);
    assert_millis(&me["token"]["expiresAt"]);
    api.finish().await;
}

#[tokio::test]
async fn every_kind_of_token_says_what_it_is() {
    let api = Api::start().await;
    let cases = [
        (Token::Person("viewer"), "personal", json!("designer"), json!("viewer"), json!(["read"])),
        (Token::PersonWithFcc("author"), "personal", json!("cli"), json!("author"), json!(["read", "draft", "apply", "evaluate_draft"])),
        (Token::Service(&["read", "publish"]), "service", json!("cli"), Value::Null, json!(["read", "publish"])),
        (Token::Agent, "agent", json!("agent"), Value::Null, json!(["read", "draft", "evaluate_draft"])),
        (Token::Application, "evaluate", Value::Null, Value::Null, json!(["evaluate"])),
    ];
    for (token, kind, surface, role, scopes) in cases {
        let me = api.get("/v1/me").as_(&api.token(token).await).await.ok();
        assert_eq!((&me["token"]["kind"], &me["token"]["surface"]), (&json!(kind), &surface), "{token:?}");
        assert_eq!((&me["role"], &me["token"]["scopes"]), (&role, &scopes), "{token:?}");
        assert_eq!(me["user"].is_null(), role.is_null(), "{token:?}");
        assert_eq!(me["workspace"]["slug"], "acme", "{token:?}");
    }
    api.finish().await;
}

#[tokio::test]
async fn a_person_with_several_workspaces_sees_them_all_and_chooses_by_header() {
    let api = Api::start().await;
    let staging = api.add_workspace("staging").await;
    let me = api.get("/v1/me").await.ok();
    assert_eq!((&me["workspace"], &me["role"]), (&Value::Null, &Value::Null));
    assert_eq!(fields(&me["workspaces"], "slug"), ["acme", "staging"]);
    for choice in ["staging".to_owned(), staging.to_string(), staging.to_string().to_uppercase()] {
        let me = api.get("/v1/me").header("x-fcc-workspace", &choice).await.ok();
        assert_eq!((&me["workspace"]["id"], &me["role"]), (&json!(staging), &json!("owner")));
        assert_eq!(fields(&me["workspaces"], "slug"), ["acme", "staging"]);
    }
    api.finish().await;
}
