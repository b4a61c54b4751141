//! Who may not apply, and what is refused before what.

use serde_json::{Value, json};
use tests::{Api, Token, config, config_with, digest, fields, file};

#[tokio::test]
async fn only_the_cli_surface_applies() {
    let api = Api::start().await;
    for token in [Token::Person("owner"), Token::Agent, Token::Application] {
        let refused = api.apply([file("crm", &config(), None)]).as_(&api.token(token).await).await.problem(403, "forbidden");
        assert!(refused["detail"].as_str().unwrap().contains("cli surface"), "{refused}");
    }
    for token in [Token::PersonWithFcc("viewer"), Token::Service(&["read", "draft", "publish"])] {
        api.apply([file("crm", &config(), None)]).as_(&api.token(token).await).await.problem(403, "forbidden");
    }
    for (slug, token) in [("a", Token::PersonWithFcc("author")), ("b", Token::Service(&["apply"]))] {
        api.apply([file(slug, &config(), None)]).as_(&api.token(token).await).await.ok();
    }
    api.finish().await;
}

#[tokio::test]
async fn where_the_cli_may_not_publish_it_does_not_apply_and_that_is_audited() {
    let api = Api::start().await;
    api.set_mode("DesignerOnly").await;
    let refused = api.apply([file("crm", &config(), None)]).await.problem(400, "governance_refused");
    let beginning = "This workspace is set to DesignerOnly. Publishing from the CLI is disabled.";
    assert!(refused["detail"].as_str().unwrap().starts_with(beginning), "{refused}");
    api.get("/api/connectors/crm").await.problem(404, "not_found");
    let audited: Vec<(String, Option<String>)> =
        sqlx::query_as("SELECT action, surface FROM audit_log WHERE action LIKE '%refused'").fetch_all(&api.owner_db).await.unwrap();
    assert_eq!(audited, [("apply_refused".to_owned(), Some("cli".to_owned()))]);
    for mode in ["CodeManaged", "Hybrid"] {
        api.set_mode(mode).await;
        api.apply([file(&mode.to_lowercase(), &config(), None)]).await.ok();
    }
    api.finish().await;
}

#[tokio::test]
async fn each_refusal_comes_before_those_that_the_contract_puts_after_it() {
    let api = Api::start().await;
    api.publish_first("clash").await;
    api.patch_draft("clash", json!({"settings": {"batch": 7}})).await;
    api.publish_first("moved").await;
    let invalid = json!({"schema_version": "1.0"});
    let files = |resources: Value| api.apply([]).idempotency_key("k").json(json!({"resources": resources}));
    let refused = [file("clash", &config_with("batch", 9), Some(&config())), file("broken", &invalid, None)];
    let mut stale = file("moved", &config_with("batch", 3), Some(&config()));
    stale["expect"] = digest(&config());
    let unknown = file("clash", &config_with("batch", 9), Some(&config_with("batch", 50)));

    api.apply([file("used", &config(), None)]).idempotency_key("k").await.ok();
    files(json!([{"type": "connector"}])).anonymously().await.problem(401, "unauthorized");
    files(json!([{"type": "connector"}])).header("x-fcc-git-commit", "none").await.problem(400, "invalid_header");
    files(json!([{"type": "connector"}])).await.problem(422, "invalid_body");
    files(json!(refused)).await.problem(422, "idempotency_key_reused");
    let viewer = api.token(Token::PersonWithFcc("viewer")).await;
    api.set_mode("DesignerOnly").await;
    api.apply([unknown.clone()]).as_(&viewer).await.problem(403, "forbidden");
    api.apply([unknown.clone()]).await.problem(400, "governance_refused");
    api.set_mode("Hybrid").await;
    api.apply([unknown, refused[1].clone()]).await.problem(422, "unknown_base");
    api.apply([stale.clone(), refused[0].clone(), refused[1].clone()]).await.problem(409, "merge_conflict");
    api.apply([stale, refused[1].clone()]).await.problem(409, "plan_stale");
    let mut also = refused[1].clone();
    also["slug"] = json!("broken-too");
    let listed = api.apply([refused[1].clone(), also]).await.problem(422, "schema_violation");
    let pointers: Vec<String> =
        fields(&listed["errors"], "pointer").iter().map(|pointer| pointer.as_str().unwrap()[..17].to_owned()).collect();
    assert!(["/resources/0/body", "/resources/1/body"].iter().all(|file| pointers.contains(&(*file).to_owned())), "{listed}");
    api.finish().await;
}
