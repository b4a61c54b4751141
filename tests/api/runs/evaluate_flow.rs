use serde_json::{Value, json};
use tests::{Api, Token, decides, fields, pricing};

#[tokio::test]
async fn the_active_version_decides_and_the_run_is_kept() {
    let api = Api::start().await;
    api.publish_pricing("pricing").await;
    let answer = api.evaluate("pricing", json!({"amount": 21})).await.ok();
    let run_id = answer["runId"].clone();
    assert_eq!(answer, json!({"runId": run_id, "flow": "pricing", "version": 1, "result": {"price": 21, "factor": 1}}));
    let run = api.run(&run_id).await;
    assert_eq!((&run["status"], &run["flowVersion"], &run["output"]), (&json!("succeeded"), &json!(1), &answer["result"]));
    api.finish().await;
}

#[tokio::test]
async fn an_id_serves_as_well_as_the_slug() {
    let api = Api::start().await;
    api.publish_pricing("pricing").await;
    let id = api.get("/v1/flows/pricing").await.ok()["id"].clone();
    for _ in 0..2 {
        assert_eq!(api.evaluate(id.as_str().unwrap(), json!({"amount": 2})).await.ok()["flow"], "pricing");
    }
    api.finish().await;
}

#[tokio::test]
async fn every_publish_rollback_archive_and_unarchive_holds_at_the_next_call() {
    let api = Api::start().await;
    api.publish_pricing("pricing").await;
    let factor = async || {
        let answer = api.evaluate("pricing", json!({"amount": 1})).await.ok();
        (answer["version"].clone(), answer["result"]["factor"].clone())
    };
    assert_eq!(factor().await, (json!(1), json!(1)));
    api.publish_next_pricing("pricing", 1).await;
    assert_eq!(factor().await, (json!(2), json!(2)));
    api.post("/v1/flows/pricing/rollback").json(json!({"version": 1, "baseVersion": 2})).await.ok();
    assert_eq!(factor().await, (json!(3), json!(1)));
    api.post("/v1/flows/pricing/archive").json(json!({"baseVersion": 3})).await.ok();
    let refused = api.evaluate("pricing", json!({})).await.problem(409, "archived");
    assert!(refused["detail"].as_str().unwrap().contains("Unarchive"), "{refused}");
    api.post("/v1/flows/pricing/unarchive").json(json!({"baseVersion": 4})).await.ok();
    assert_eq!(factor().await, (json!(5), json!(1)));
    api.finish().await;
}

#[tokio::test]
async fn a_draft_decides_nothing_before_it_is_published() {
    let api = Api::start().await;
    api.post("/v1/flows").json(json!({"slug": "pricing", "name": "x", "graph": pricing(1)})).await.with_status(201);
    api.evaluate("pricing", json!({})).await.problem(409, "not_published");
    api.evaluate("nothing", json!({})).await.problem(404, "not_found");
    assert_eq!(api.get("/v1/runs").await.ok()["items"], json!([]));
    api.finish().await;
}

#[tokio::test]
async fn a_connector_is_no_flow() {
    let api = Api::start().await;
    api.publish_first("crm").await;
    api.evaluate("crm", json!({})).await.problem(404, "not_found");
    api.finish().await;
}

#[tokio::test]
async fn the_input_is_an_object() {
    let api = Api::start().await;
    api.publish_pricing("pricing").await;
    for input in [json!([]), json!(1), json!("amount"), Value::Null] {
        let refused = api.evaluate("pricing", input).await.problem(422, "invalid_body");
        assert_eq!(refused["errors"][0]["pointer"], "");
    }
    api.post("/v1/evaluate/pricing").bytes("application/json", "{").await.problem(400, "malformed_json");
    api.post("/v1/evaluate/pricing?trace=perhaps").json(json!({})).await.problem(400, "invalid_query");
    assert_eq!(api.get("/v1/runs").await.ok()["items"], json!([]));
    api.finish().await;
}

#[tokio::test]
async fn a_trace_is_answered_and_kept_when_it_is_asked_for() {
    let api = Api::start().await;
    api.publish_pricing("pricing").await;
    let without = api.evaluate("pricing", json!({"amount": 3})).await.ok();
    assert_eq!(without.get("trace"), None);
    assert_eq!(api.run(&without["runId"]).await["trace"], Value::Null);
    let with = api.post("/v1/evaluate/pricing?trace=true").json(json!({"amount": 3})).await.ok();
    assert_eq!(with["trace"]["rule"]["output"], json!({"price": 3, "factor": 1}));
    assert_eq!(api.run(&with["runId"]).await["trace"], with["trace"]);
    api.finish().await;
}

#[tokio::test]
async fn an_evaluation_that_fails_is_a_run_that_failed() {
    let api = Api::start().await;
    let graph = decides(&[("day", "date(when)")]);
    api.post("/v1/flows").json(json!({"slug": "day", "name": "x", "graph": graph})).await.with_status(201);
    api.post("/v1/flows/day/publish").json(json!({"baseVersion": 0})).await.ok();
    // The first from a cold instance, the second from a warm one.
    for _ in 0..2 {
        let refused = api.evaluate("day", json!({"when": {"not": "a date"}})).await.problem(422, "evaluation_failed");
        let run = api.run(&refused["runId"]).await;
        assert_eq!((&run["status"], &run["output"], &run["flowVersion"]), (&json!("failed"), &Value::Null, &json!(1)));
        assert_eq!(run["error"]["code"], "evaluation_failed");
        assert!(run["error"]["message"].as_str().unwrap().len() > 5, "{run}");
    }
    api.finish().await;
}

#[tokio::test]
async fn what_is_kept_of_a_large_input_is_its_size_and_digest() {
    let api = Api::start().await;
    api.publish_pricing("pricing").await;
    let input = json!({"amount": 1, "filling": "x".repeat(300_000)});
    let answer = api.evaluate("pricing", input.clone()).await.ok();
    let kept = api.run(&answer["runId"]).await;
    let digest = domain::Digest::of(input.to_string().as_bytes());
    assert_eq!(kept["input"], json!({"truncated": true, "bytes": input.to_string().len(), "digest": digest}));
    assert_eq!(kept["output"], answer["result"]);
    let within = json!({"amount": 1, "filling": "x".repeat(200_000)});
    assert_eq!(api.run(&api.evaluate("pricing", within.clone()).await.ok()["runId"]).await["input"], within);
    api.finish().await;
}

#[tokio::test]
async fn applications_services_with_the_scope_and_editors_evaluate_and_others_do_not() {
    let api = Api::start().await;
    api.publish_pricing("pricing").await;
    for token in [Token::Application, Token::Service(&["evaluate"]), Token::Person("editor"), Token::PersonWithFcc("admin")] {
        let token = api.token(token).await;
        api.evaluate("pricing", json!({"amount": 1})).as_(&token).await.ok();
    }
    for token in [Token::Person("viewer"), Token::Person("author"), Token::Service(&["read", "draft", "apply", "publish"]), Token::Agent] {
        let token = api.token(token).await;
        for slug in ["pricing", "pricing"] {
            let refused = api.evaluate(slug, json!({"amount": 1})).as_(&token).await.problem(403, "forbidden");
            assert_eq!(refused["right"], "evaluate");
        }
        api.evaluate("nothing", json!({"amount": 1})).as_(&token).await.problem(404, "not_found");
    }
    api.evaluate("pricing", json!({})).as_(&api.other_tenant.token).await.problem(404, "not_found");
    assert_eq!(api.get("/v1/runs").await.ok()["items"].as_array().unwrap().len(), 4);
    api.finish().await;
}

#[tokio::test]
async fn numbers_that_the_engine_can_not_hold_are_refused_with_pointers() {
    let api = Api::start().await;
    let graph = decides(&[("large", "x > 1000"), ("x", "x")]);
    api.create_flow("numbers", graph).await;
    api.publish_flow("numbers", 0).await;
    for x in ["8e28", "1e29", "1e308", "-1e300", "1e-40", "-1e-40"] {
        let body = format!("{{\"x\": {x}}}");
        for path in ["/v1/evaluate/numbers", "/v1/flows/numbers/draft/evaluate"] {
            let refused = api.post(path).bytes("application/json", body.as_str()).await.problem(422, "invalid_body");
            assert_eq!(fields(&refused["errors"], "pointer"), ["/x"], "{x}");
        }
    }
    for (x, large) in
        [("7.9e28", true), ("-7.9e28", false), ("1e-20", false), ("0", false), ("0.0", false), ("-0.0", false), ("0e5", false)]
    {
        let body = format!("{{\"x\": {x}}}");
        let answer = api.post("/v1/evaluate/numbers").bytes("application/json", body).await.ok();
        assert_eq!(answer["result"]["large"], large, "{x}: {answer}");
        assert!(answer["result"]["x"].is_number(), "{x}: {answer}");
    }
    let runs = api.get("/v1/runs?limit=200").await.ok();
    assert_eq!(runs["items"].as_array().unwrap().len(), 7, "what was refused is no run");
    api.finish().await;
}

#[tokio::test]
async fn the_numbers_are_found_wherever_they_stand_and_a_hundred_are_named() {
    let api = Api::start().await;
    api.publish_pricing("pricing").await;
    let input = json!({"amount": 1, "a/b": [1, {"~": 1e-30}], "deep": [[[1e300]]], "text": "1e300"});
    let refused = api.evaluate("pricing", input).await.problem(422, "invalid_body");
    assert_eq!(fields(&refused["errors"], "pointer"), ["/a~1b/1/~0", "/deep/0/0/0"]);
    let refused = api.evaluate("pricing", json!({"many": vec![1e30; 150]})).await.problem(422, "invalid_body");
    assert_eq!(refused["errors"].as_array().unwrap().len(), 100);
    api.evaluate("unknown", json!({"amount": 1e30})).await.problem(422, "invalid_body");
    api.finish().await;
}
