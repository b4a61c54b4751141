use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use tests::{Api, Token, config, fields};

const TOKENS: &str = "/v1/tokens";

fn time(value: &Value) -> DateTime<Utc> {
    value.as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_minted_token_works_as_what_it_is() {
    let api = Api::start().await;
    let cases = [
        (json!({"kind": "personal", "name": "laptop"}), "fcs_", "personal", json!("cli")),
        (json!({"kind": "personal", "name": "laptop", "surface": "cli"}), "fcs_", "personal", json!("cli")),
        (json!({"kind": "personal", "name": "script", "surface": "designer"}), "fcp_", "personal", json!("designer")),
        (json!({"kind": "service", "name": "CI", "email": "ci@acme.example", "scopes": ["read"]}), "fcs_", "service", json!("cli")),
        (json!({"kind": "agent", "name": "Claude"}), "fca_", "agent", json!("agent")),
        (json!({"kind": "evaluate", "name": "checkout"}), "fce_", "evaluate", Value::Null),
    ];
    for (body, prefix, kind, surface) in cases {
        let minted = api.post(TOKENS).json(body).await.with_status(201);
        let token = minted["token"].as_str().unwrap();
        assert!(token.starts_with(prefix) && token.len() >= 4 + 30 + 6, "{token}");
        assert_eq!((&minted["kind"], &minted["surface"]), (&json!(kind), &surface));
        let me = api.get("/v1/me").as_(token).await.ok();
        assert_eq!((&me["token"]["kind"], &me["token"]["surface"]), (&json!(kind), &surface));
        let lifetime = time(&minted["expiresAt"]) - time(&minted["createdAt"]);
        assert!((lifetime - TimeDelta::days(90)).abs() < TimeDelta::minutes(1), "{lifetime}");
    }
    let stored: i64 = sqlx::query_scalar("SELECT count(*) FROM credentials WHERE octet_length(sha256) = 32 AND name <> 'local stack'")
        .fetch_one(&api.owner_db)
        .await
        .unwrap();
    assert_eq!(stored, 6);
    api.finish().await;
}

#[tokio::test]
async fn a_token_lasts_a_day_to_a_year() {
    let api = Api::start().await;
    let body = |days: Value| json!({"kind": "personal", "name": "x", "expiresInDays": days});
    for days in [1, 365] {
        let minted = api.post(TOKENS).json(body(json!(days))).await.with_status(201);
        let lifetime = time(&minted["expiresAt"]) - time(&minted["createdAt"]);
        assert!((lifetime - TimeDelta::days(days)).abs() < TimeDelta::minutes(1), "{lifetime}");
    }
    for days in [json!(0), json!(366), json!(-1), json!("90"), json!(1.5)] {
        let refused = api.post(TOKENS).json(body(days)).await.problem(422, "invalid_body");
        assert_eq!(fields(&refused["errors"], "pointer"), ["/expiresInDays"]);
    }
    api.finish().await;
}

#[tokio::test]
async fn all_that_is_wrong_is_said_at_once() {
    let api = Api::start().await;
    let cases = [
        (json!({"kind": "robot", "name": "x"}), vec!["/kind"]),
        (json!({"kind": "session", "name": "x"}), vec!["/kind"]),
        (json!({"kind": "personal", "name": " ", "surface": "agent"}), vec!["/name", "/surface"]),
        (
            json!({"kind": "agent", "name": "x", "surface": "cli", "email": "a@b.example", "scopes": ["read"]}),
            vec!["/surface", "/email", "/scopes"],
        ),
        (json!({"kind": "service", "name": "x"}), vec!["/email", "/scopes"]),
        (json!({"kind": "service", "name": "x", "email": "nobody", "scopes": []}), vec!["/email", "/scopes"]),
        (json!({"kind": "service", "name": "x", "email": "a@b.example", "scopes": ["read", "administer"]}), vec!["/scopes/1"]),
    ];
    for (body, pointers) in cases {
        let refused = api.post(TOKENS).json(body.clone()).await.problem(422, "invalid_body");
        assert_eq!(fields(&refused["errors"], "pointer"), pointers, "{body}");
    }
    api.post(TOKENS).json(json!({"kind": "agent", "name": "x", "admin": true})).await.problem(422, "invalid_body");
    api.finish().await;
}

#[tokio::test]
async fn every_member_mints_personal_tokens_and_admins_the_others() {
    let api = Api::start().await;
    let personal = json!({"kind": "personal", "name": "mine"});
    let others = [
        json!({"kind": "agent", "name": "x"}),
        json!({"kind": "evaluate", "name": "x"}),
        json!({"kind": "service", "name": "x", "email": "a@b.example", "scopes": ["read"]}),
    ];
    for role in ["viewer", "author", "editor"] {
        let token = api.token(Token::Person(role)).await;
        api.post(TOKENS).as_(&token).json(personal.clone()).await.with_status(201);
        for other in &others {
            api.post(TOKENS).as_(&token).json(other.clone()).await.problem(403, "forbidden");
        }
    }
    let admin = api.token(Token::PersonWithFcc("admin")).await;
    for other in &others {
        api.post(TOKENS).as_(&admin).json(other.clone()).await.with_status(201);
    }
    for token in [api.ci.clone(), api.token(Token::Agent).await, api.token(Token::Application).await] {
        for body in others.iter().chain([&personal]) {
            api.post(TOKENS).as_(&token).json(body.clone()).await.problem(403, "forbidden");
        }
    }
    api.finish().await;
}

#[tokio::test]
async fn a_personal_token_may_what_the_persons_role_allows() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let viewer = api.token(Token::Person("viewer")).await;
    let minted = api.post(TOKENS).as_(&viewer).json(json!({"kind": "personal", "name": "x"})).await.with_status(201);
    let token = minted["token"].as_str().unwrap();
    api.get("/api/connectors/crm").as_(token).await.ok();
    api.patch("/api/connectors/crm/draft").as_(token).json(json!({})).await.problem(403, "forbidden");
    api.finish().await;
}

#[tokio::test]
async fn a_repeat_with_its_idempotency_key_does_not_show_the_secret_again() {
    let api = Api::start().await;
    let request = |name: &str| api.post(TOKENS).idempotency_key("t").json(json!({"kind": "agent", "name": name}));
    let minted = request("x").await.with_status(201);
    request("x").await.problem(409, "secret_already_shown");
    request("y").await.problem(422, "idempotency_key_reused");
    let secret = minted["token"].as_str().unwrap();
    let kept: Vec<Value> = sqlx::query_scalar("SELECT answer FROM idempotency_keys").fetch_all(&api.owner_db).await.unwrap();
    assert!(kept.len() == 1 && !kept[0].to_string().contains(secret), "the secret is nowhere but in its one answer");
    api.finish().await;
}
