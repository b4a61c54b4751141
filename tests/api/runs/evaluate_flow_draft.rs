use serde_json::{Value, json};
use tests::{Api, Token, pricing};

#[tokio::test]
async fn a_draft_with_changes_decides_as_no_version() {
    let api = Api::start().await;
    api.publish_pricing("pricing").await;
    api.put_pricing("pricing", 9).await.ok();
    let answer = api.evaluate_draft("pricing", json!({"amount": 2})).await.ok();
    assert_eq!((&answer["version"], &answer["result"]["price"], &answer["flow"]), (&Value::Null, &json!(18), &json!("pricing")));
    assert_eq!(api.evaluate("pricing", json!({"amount": 2})).await.ok()["result"]["price"], 2, "production decides as before");
    let run = api.run(&answer["runId"]).await;
    let said = (&run["flowVersion"], &run["versionSource"], &run["versionBadge"]);
    assert_eq!(said, (&Value::Null, &json!("designer-draft"), &json!("console·draft")));
    api.finish().await;
}

#[tokio::test]
async fn a_draft_without_changes_decides_as_the_active_version() {
    let api = Api::start().await;
    api.publish_pricing("pricing").await;
    let answer = api.evaluate_draft("pricing", json!({"amount": 2})).await.ok();
    assert_eq!(answer["version"], 1);
    let run = api.run(&answer["runId"]).await;
    assert_eq!((&run["flowVersion"], &run["versionBadge"]), (&json!(1), &json!("console")));
    // After a rollback the draft followed the active version.
    api.publish_next_pricing("pricing", 1).await;
    api.post("/v1/flows/pricing/rollback").json(json!({"version": 1, "baseVersion": 2})).await.ok();
    assert_eq!(api.evaluate_draft("pricing", json!({"amount": 2})).await.ok()["version"], 3);
    api.finish().await;
}

#[tokio::test]
async fn what_was_never_published_can_be_tried() {
    let api = Api::start().await;
    let flow = json!({"slug": "pricing", "name": "x", "graph": pricing(4)});
    api.post("/v1/flows").as_(&api.ci).json(flow).await.with_status(201);
    let answer = api.post("/v1/flows/pricing/draft/evaluate?trace=true").json(json!({"amount": 2})).await.ok();
    assert_eq!((&answer["version"], &answer["result"]["price"]), (&Value::Null, &json!(8)));
    let run = api.run(&answer["runId"]).await;
    assert_eq!((&run["versionSource"], &run["versionBadge"]), (&json!("cli-apply"), &json!("cli·draft")));
    assert_eq!(run["trace"], answer["trace"]);
    api.finish().await;
}

#[tokio::test]
async fn a_draft_with_faults_is_refused_with_all_of_them() {
    let api = Api::start().await;
    api.publish_pricing("pricing").await;
    let mut graph = pricing(2);
    graph["edges"][1]["targetId"] = json!("nowhere");
    let draft = api.put("/v1/flows/pricing/draft").json(json!({"graph": graph})).await.ok();
    let refused = api.evaluate_draft("pricing", json!({"amount": 1})).await.problem(422, "not_publishable");
    let errors: Vec<&Value> = draft["diagnostics"].as_array().unwrap().iter().filter(|one| one["severity"] == "error").collect();
    assert!(!errors.is_empty(), "{draft}");
    assert_eq!(refused["diagnostics"], json!(errors));
    assert_eq!(api.get("/v1/runs").await.ok()["items"], json!([]));
    api.finish().await;
}

#[tokio::test]
async fn whoever_drafts_evaluates_drafts_an_agent_too() {
    let api = Api::start().await;
    api.publish_pricing("pricing").await;
    for token in [Token::Agent, Token::Person("author"), Token::Service(&["draft"])] {
        let token = api.token(token).await;
        api.evaluate_draft("pricing", json!({"amount": 1})).as_(&token).await.ok();
    }
    for token in [Token::Application, Token::Person("viewer"), Token::Service(&["read", "apply", "publish", "evaluate"])] {
        let token = api.token(token).await;
        let refused = api.evaluate_draft("pricing", json!({"amount": 1})).as_(&token).await.problem(403, "forbidden");
        assert_eq!(refused["right"], "evaluate_draft");
        api.evaluate_draft("nothing", json!({"amount": 1})).as_(&token).await.problem(404, "not_found");
    }
    api.evaluate_draft("pricing", json!([])).await.problem(422, "invalid_body");
    api.finish().await;
}
