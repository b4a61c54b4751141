use functions::jobs::roll_up_runs;
use serde_json::{Value, json};
use tests::{Api, Token, assert_millis, decides};

/// All runs of the answer's intervals together: succeeded, failed.
fn totals(stats: &Value) -> (i64, i64) {
    let sum = |name: &str| stats["buckets"].as_array().unwrap().iter().map(|bucket| bucket[name].as_i64().unwrap()).sum();
    (sum("succeeded"), sum("failed"))
}

async fn stats(api: &Api, query: &str) -> Value {
    let stats = api.get(&format!("/v1/runs/stats?{query}")).await.ok();
    let count = stats["buckets"].as_array().unwrap().len();
    assert!((24..=90).contains(&count), "{count} intervals for {query}");
    stats
}

/// A flow of each surface, with one run that succeeds and one that fails.
async fn two_flows() -> Api {
    let api = Api::start().await;
    for (slug, token) in [("console", &api.tenant.token), ("code", &api.ci)] {
        let graph = decides(&[("day", "date(when)")]);
        api.post("/v1/flows").as_(token).json(json!({"slug": slug, "name": slug, "graph": graph})).await.with_status(201);
        api.post(&format!("/v1/flows/{slug}/publish")).as_(token).json(json!({"baseVersion": 0})).await.ok();
        api.evaluate(slug, json!({"when": "2026-05-26"})).await.ok();
        api.evaluate(slug, json!({"when": {}})).await.problem(422, "evaluation_failed");
    }
    api
}

async fn roll_up(api: &Api) {
    assert!(roll_up_runs::up_to(&api.app, 0).await.unwrap().caught_up);
}

#[tokio::test]
async fn a_run_counts_at_once_and_once_whether_it_was_added_up_or_not() {
    let api = two_flows().await;
    let hour_ago = (api.app.now() - chrono::TimeDelta::hours(1)).to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let week_ago = (api.app.now() - chrono::TimeDelta::days(7)).to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let month_ago = (api.app.now() - chrono::TimeDelta::days(30)).to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let queries = [String::new(), format!("from={hour_ago}"), format!("from={week_ago}"), format!("from={month_ago}")];
    for round in 0..3 {
        for query in &queries {
            assert_eq!(totals(&stats(&api, query).await), (2 + round, 2), "{query}, round {round}");
        }
        roll_up(&api).await;
        for query in &queries {
            assert_eq!(totals(&stats(&api, query).await), (2 + round, 2), "{query}, added up {round}");
        }
        api.evaluate("code", json!({"when": "2026-05-26"})).await.ok();
    }
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM runs, run_stats_mark WHERE created_at >= rolled_up_to")
        .fetch_one(&api.owner_db)
        .await
        .unwrap();
    assert_eq!(left, 1, "the test needs sums and a tail");
    api.finish().await;
}

#[tokio::test]
async fn by_flow_and_by_source() {
    let api = two_flows().await;
    api.evaluate("code", json!({"when": "2026-05-26"})).await.ok();
    let id = api.get("/v1/flows/code").await.ok()["id"].as_str().unwrap().to_owned();
    for _ in 0..2 {
        for (query, expected) in [
            ("flow=code", (2, 1)),
            ("flow=console", (1, 1)),
            (&format!("flow={id}"), (2, 1)),
            ("source=cli", (2, 1)),
            ("source=designer", (1, 1)),
            ("source=designer&flow=code", (0, 0)),
            ("flow=nothing", (0, 0)),
        ] {
            assert_eq!(totals(&stats(&api, query).await), expected, "{query}");
        }
        roll_up(&api).await;
    }
    let theirs = api.get("/v1/runs/stats").as_(&api.other_tenant.token).await.ok();
    assert_eq!(totals(&theirs), (0, 0));
    api.finish().await;
}

#[tokio::test]
async fn the_last_day_by_the_hour_with_the_empty_hours() {
    let api = two_flows().await;
    // As long as an hour lasts, whatever the machine needed.
    sqlx::query("ALTER TABLE runs DISABLE TRIGGER ALL").execute(&api.owner_db).await.unwrap();
    sqlx::query("UPDATE runs SET duration_us = CASE status WHEN 'succeeded' THEN 1000 ELSE 64000 END")
        .execute(&api.owner_db)
        .await
        .unwrap();
    let stats = stats(&api, "").await;
    let buckets = stats["buckets"].as_array().unwrap();
    assert_eq!(buckets.len(), 24);
    buckets.iter().for_each(|bucket| assert_millis(&bucket["from"]));
    let hour = |bucket: &Value| chrono::DateTime::parse_from_rfc3339(bucket["from"].as_str().unwrap()).unwrap();
    assert!(buckets.windows(2).all(|pair| hour(&pair[1]) - hour(&pair[0]) == chrono::TimeDelta::hours(1)));
    let empty = |bucket: &&Value| bucket["succeeded"] == 0 && bucket["failed"] == 0;
    let full: Vec<&Value> = buckets.iter().filter(|bucket| !empty(bucket)).collect();
    for bucket in buckets.iter().filter(empty) {
        assert_eq!((&bucket["p50Us"], &bucket["p95Us"], &bucket["p99Us"]), (&Value::Null, &Value::Null, &Value::Null));
    }
    let [only] = full.as_slice() else { return api.finish().await }; // the hour ended while the test ran
    let near = |name: &str, us: f64| (only[name].as_f64().unwrap() / us - 1.0).abs() < 0.05;
    assert!(near("p50Us", 1000.0) && near("p95Us", 64_000.0) && near("p99Us", 64_000.0), "{only}");
    api.finish().await;
}

#[tokio::test]
async fn times_that_can_not_be_drawn_are_refused() {
    let api = Api::start().await;
    for query in ["from=x", "to=x", "source=x", "from=2026-05-02T00:00:00Z&to=2026-05-01T00:00:00Z", "from=1990-01-01T00:00:00Z"] {
        api.get(&format!("/v1/runs/stats?{query}")).await.problem(400, "invalid_query");
    }
    api.get("/v1/runs/stats").as_(&api.token(Token::Application).await).await.problem(403, "forbidden");
    api.get("/v1/runs/stats").as_(&api.token(Token::Person("viewer")).await).await.ok();
    api.finish().await;
}
