use serde_json::json;
use tests::{Api, config};

#[tokio::test]
async fn without_a_token_that_works_everything_is_refused_the_same_way() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let mistyped = format!("{}x", &api.tenant.token[..api.tenant.token.len() - 1]);
    let unknown = dev::stack::tenants::new_secret(domain::token::TokenKind::Designer);
    for token in ["", "x", "fcp_", &mistyped, &unknown] {
        let answer = api.get("/api/connectors/crm").as_(token).await;
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"), "{token}");
        answer.problem(401, "unauthorized");
        api.post("/api/connectors/crm/publish").as_(token).json(json!({"base_version": 0})).await.problem(401, "unauthorized");
    }
    api.get("/api/connectors/crm").anonymously().await.problem(401, "unauthorized");
    api.get("/api/connectors/crm").anonymously().header("authorization", "Basic eDp5").await.problem(401, "unauthorized");
    api.finish().await;
}

#[tokio::test]
async fn the_scheme_is_spelled_in_any_case() {
    let api = Api::start().await;
    api.get("/v1/me").anonymously().header("authorization", &format!("bearer {}", api.ci)).await.ok();
    api.finish().await;
}

#[tokio::test]
async fn a_stranger_learns_nothing_of_what_exists() {
    let api = Api::start().await;
    api.create("crm", config()).await;
    let unknown = dev::stack::tenants::new_secret(domain::token::TokenKind::Cli);
    let mut answers = Vec::new();
    for slug in ["crm", "none"] {
        let mut problem = api.get(&format!("/api/connectors/{slug}")).as_(&unknown).await.problem(401, "unauthorized");
        problem["requestId"].take();
        answers.push(problem);
    }
    assert_eq!(answers[0], answers[1]);
    api.finish().await;
}
