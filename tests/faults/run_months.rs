//! Partitions of runs: made ahead, missed, and dropped.

use chrono::{DateTime, Datelike, Months, TimeDelta, Utc};
use functions::jobs::{roll_up_runs, sweep};
use serde_json::json;
use sqlx::AssertSqlSafe;
use tests::Api;

fn name(month: DateTime<Utc>) -> String {
    format!("runs_{}", month.format("%Y_%m"))
}

async fn months(api: &Api) -> Vec<String> {
    let query = "SELECT c.relname::text FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                  WHERE i.inhparent = 'runs'::regclass AND c.relname <> 'runs_default' ORDER BY 1";
    sqlx::query_scalar(query).fetch_all(&api.owner_db).await.unwrap()
}

async fn execute(api: &Api, statement: String) {
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(&api.owner_db).await.unwrap();
}

async fn strays(api: &Api) -> bool {
    store::jobs::runs_without_a_partition(api.app.jobs_db().await.unwrap()).await.unwrap()
}

#[tokio::test]
async fn the_sweep_makes_three_months_ahead() {
    let api = Api::start().await;
    let now = api.app.now();
    let expected: Vec<String> = (0..=3).map(|ahead| name(now + Months::new(ahead))).collect();
    assert_eq!(months(&api).await, expected, "a migrated database has them");
    execute(&api, format!("DROP TABLE {}, {}", expected[2], expected[3])).await;
    assert_eq!(sweep::run(&api.app).await.unwrap().run_months_made, 2);
    assert_eq!(months(&api).await, expected);
    assert_eq!(sweep::run(&api.app).await.unwrap().run_months_made, 0);
    execute(&api, format!("DROP TABLE {}", expected[3])).await;
    functions::jobs::migrate::run(&api.database.owner_url).await.unwrap();
    assert_eq!(months(&api).await, expected, "so does a deployment");
    api.finish().await;
}

#[tokio::test]
async fn runs_without_a_month_are_kept_found_and_brought_home() {
    let api = Api::start().await;
    api.publish_pricing("pricing").await;
    let this_month = name(api.app.now());
    execute(&api, format!("DROP TABLE {this_month}")).await;
    let id = api.evaluate("pricing", json!({"amount": 1})).await.ok()["runId"].clone();
    assert!(strays(&api).await);
    let before = api.run(&id).await;
    assert_eq!(sweep::run(&api.app).await.unwrap().run_months_made, 1);
    assert!(!strays(&api).await);
    assert_eq!(api.run(&id).await, before);
    let home: String = sqlx::query_scalar("SELECT tableoid::regclass::text FROM runs").fetch_one(&api.owner_db).await.unwrap();
    assert_eq!(home, this_month);
    api.finish().await;
}

#[tokio::test]
async fn months_go_when_all_of_them_is_past_retention_and_their_sums_with_them() {
    let api = Api::start().await;
    api.publish_pricing("pricing").await;
    api.evaluate("pricing", json!({"amount": 1})).await.ok();
    // The month in which the 90 days begin, and the one before.
    let edge = api.app.now() - TimeDelta::days(90);
    let edge = edge.with_day(1).unwrap();
    for month in [edge, edge - Months::new(1)] {
        let (from, to) = (month.format("%Y-%m-01Z"), (month + Months::new(1)).format("%Y-%m-01Z"));
        execute(
            &api,
            format!("CREATE TABLE {} PARTITION OF runs FOR VALUES FROM (uuid_v7_least('{from}')) TO (uuid_v7_least('{to}'))", name(month)),
        )
        .await;
        execute(&api, format!(
            "INSERT INTO runs SELECT uuid_v7('{from}'), workspace_id, flow_id, flow_slug, version_id, flow_version, source, family, git_commit_sha,
                 status, duration_us, input, output, error, trace, '{from}' FROM runs ORDER BY id DESC LIMIT 1"
        )).await;
        let grains = "('minute'), ('hour'), ('day')";
        execute(
            &api,
            format!(
                "INSERT INTO run_stats SELECT workspace_id, grain, '{from}', flow_id, family, 1, 1, 0
               FROM (SELECT * FROM runs LIMIT 1) AS one CROSS JOIN (VALUES {grains}) AS g (grain)"
            ),
        )
        .await;
    }
    roll_up_runs::up_to(&api.app, 0).await.unwrap();
    let swept = sweep::run(&api.app).await.unwrap();
    assert_eq!((swept.run_months_dropped, swept.run_minutes), (1, 2));
    assert!(!months(&api).await.contains(&name(edge - Months::new(1))));
    assert!(months(&api).await.contains(&name(edge)));
    assert_eq!(api.get("/v1/runs").await.ok()["items"].as_array().unwrap().len(), 2);
    let sums: i64 = sqlx::query_scalar("SELECT count(*) FROM run_stats WHERE grain = 'day' AND at < now() - interval '2 days'")
        .fetch_one(&api.owner_db)
        .await
        .unwrap();
    assert_eq!(sums, 1);
    assert_eq!(sweep::run(&api.app).await.unwrap().run_months_dropped, 0);
    api.finish().await;
}
