//! Evaluations that race publishes, and ones that don't end.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use functions::settings::Settings;
use futures::future::join_all;
use serde_json::{Value, json};
use tests::{Api, Request, decides};

const ROUNDS: i32 = 60;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_a_publishs_answer_on_every_instance_decides_by_it() {
    let api = Api::start().await;
    let other = api.another_instance(api.app.settings.clone()).await;
    api.publish_pricing("pricing").await;
    let evaluate: [&(dyn Fn() -> Request + Sync); 2] =
        [&|| api.evaluate("pricing", json!({"amount": 1})), &|| other.evaluate("pricing", json!({"amount": 1}))];
    let (answered, done) = (&AtomicI64::new(1), &AtomicBool::new(false));
    let number = |answer: &Value, name: &str| answer[name].as_i64().unwrap();

    // Four that never stop asking, on either instance.
    let asking = join_all((0..4).map(|nth| async move {
        let mut seen = Vec::new();
        while !done.load(Ordering::SeqCst) {
            let least = answered.load(Ordering::SeqCst);
            let answer = evaluate[nth % 2]().await.ok();
            let version = number(&answer, "version");
            assert!(version >= least, "version {least} was active before the call began, and {version} decided");
            seen.push((version, number(&answer["result"], "factor")));
        }
        seen
    }));
    let publishing = async {
        let mut factors = HashMap::from([(1, 1)]);
        for base in 1..=ROUNDS {
            let published = if base % 3 == 0 {
                api.post("/v1/flows/pricing/rollback").json(json!({"version": base - 1, "baseVersion": base})).await.ok()
            } else {
                api.publish_next_pricing("pricing", base).await
            };
            let version = number(&published, "version");
            answered.store(version, Ordering::SeqCst);
            let factor = if base % 3 == 0 { factors[&i64::from(base - 1)] } else { i64::from(base) + 1 };
            factors.insert(version, factor);
            for instance in evaluate {
                let answer = instance().await.ok();
                assert_eq!((number(&answer, "version"), number(&answer["result"], "factor")), (version, factor));
            }
        }
        done.store(true, Ordering::SeqCst);
        factors
    };
    let (asked, factors) = tokio::join!(asking, publishing);
    let asked: Vec<(i64, i64)> = asked.into_iter().flatten().collect();
    assert!(asked.len() > 50, "the test needs a race: {}", asked.len());
    for (version, factor) in &asked {
        assert_eq!(factors[version], *factor, "what version {version} decided");
    }
    let runs: i64 = sqlx::query_scalar("SELECT count(*) FROM runs").fetch_one(&api.owner_db).await.unwrap();
    assert_eq!(
        usize::try_from(runs).unwrap(),
        asked.len() + 2 * usize::try_from(ROUNDS).unwrap(),
        "every answer is a run, and nothing else is"
    );
    api.finish().await;
}

/// The tests of this file share the places in which evaluations may run.
fn patient(api: &Api) -> Settings {
    Settings { evaluation_patience: Duration::from_secs(60), ..api.app.settings.clone() }
}

#[tokio::test]
async fn an_evaluation_past_its_limit_is_answered_recorded_and_retires_its_instance() {
    let api = Api::start().await;
    let graph = decides(&[("sum", "sum(map(items, # * 2))")]);
    api.post("/v1/flows").json(json!({"slug": "sum", "name": "x", "graph": graph})).await.with_status(201);
    api.post("/v1/flows/sum/publish").json(json!({"baseVersion": 0})).await.ok();
    let input = json!({"items": (0..50_000).collect::<Vec<i32>>()});
    let hasty = api.another_instance(Settings { evaluation_limit: Duration::ZERO, ..patient(&api) }).await;
    assert!(!hasty.app.is_retiring());
    for _ in 0..2 {
        let refused = hasty.evaluate("sum", input.clone()).await.problem(422, "evaluation_timeout");
        assert!(hasty.app.is_retiring());
        let run = api.run(&refused["runId"]).await;
        assert_eq!(
            (&run["status"], &run["flowVersion"], &run["error"]["code"]),
            (&json!("failed"), &json!(1), &json!("evaluation_timeout"))
        );
        assert_eq!(run["output"], Value::Null);
    }
    let patient = api.another_instance(Settings { evaluation_limit: Duration::from_secs(20), ..patient(&api) }).await;
    assert_eq!(patient.evaluate("sum", input).await.ok()["result"]["sum"], 2_499_950_000_i64);
    assert!(!patient.app.is_retiring());
    api.finish().await;
}

#[tokio::test]
async fn an_evaluation_that_finds_no_place_to_begin_is_no_run() {
    let api = Api::start().await;
    // A regular expression compiled thousands of times.
    let graph = decides(&[("found", "len(filter([1..n], matches(text, '(a|b|c|d|e|f|g)*x{1,200}(h|i|j|k)*y{1,200}')))")]);
    api.create_flow("slow", graph).await;
    api.publish_flow("slow", 0).await;
    let input = |n: u32| json!({"n": n, "text": "abcdefghijk"});
    let hasty = api.another_instance(Settings { evaluation_limit: Duration::ZERO, ..patient(&api) }).await;
    // These run on after they were answered, in all the places that there are.
    for _ in 0..4 {
        hasty.evaluate("slow", input(5_000)).await.problem(422, "evaluation_timeout");
    }
    let busy = api.another_instance(Settings { evaluation_patience: Duration::ZERO, ..api.app.settings.clone() }).await;
    let refused = busy.evaluate("slow", input(2)).await;
    assert_eq!(refused.header("retry-after"), Some("1"));
    refused.problem(503, "unavailable");
    assert!(!busy.app.is_retiring());
    assert_eq!(api.get("/v1/runs").await.ok()["items"].as_array().unwrap().len(), 4);
    let waits = api.another_instance(patient(&api)).await;
    assert_eq!(waits.evaluate("slow", input(2)).await.ok()["result"]["found"], 0);
    api.finish().await;
}
