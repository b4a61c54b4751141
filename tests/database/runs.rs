//! What the schema holds of runs, and what their lists cost.

use dev::explained::Explained;
use functions::settings::Settings;
use serde_json::json;
use sqlx::{AssertSqlSafe, PgConnection};
use tests::{Api, Instance};
use uuid::Uuid;

const DOORS: [&str; 5] = [
    "INSERT INTO runs SELECT uuid_v7(), workspace_id, flow_id, flow_slug, version_id, flow_version, source, family, git_commit_sha, status, duration_us, input, output, error, trace, created_at FROM runs",
    "UPDATE runs SET status = 'succeeded'",
    "DELETE FROM runs",
    "UPDATE run_stats SET failed = 0",
    "SELECT roll_up_runs('0')",
];

#[tokio::test]
async fn the_application_records_runs_and_neither_changes_nor_invents_them() {
    let api = Api::start().await;
    api.publish_pricing("pricing").await;
    api.evaluate("pricing", json!({"amount": 1})).await.ok();
    let scope = store::Scope { workspace: api.tenant.workspace, user: None, standing: None };
    for statement in
        DOORS.into_iter().chain(["SELECT make_run_partitions(1)", "SELECT drop_run_partitions(now())", "SELECT 1 FROM runs_default"])
    {
        let mut tx = api.app.db.begin(scope).await.unwrap();
        let refused = sqlx::raw_sql(statement).execute(&mut *tx).await.expect_err(statement);
        tx.rollback().await.unwrap();
        assert_eq!(refused.into_database_error().unwrap().code().unwrap(), "42501", "{statement}");
    }
    api.finish().await;
}

const RECORD: &str = "SELECT record_run($1, $2, false, 'succeeded', 1, '{}', '{}', NULL, NULL)";

#[tokio::test]
async fn a_run_is_of_a_version_of_its_workspace_in_its_scope() {
    let api = Api::start().await;
    api.publish_pricing("pricing").await;
    api.publish_first("crm").await;
    let versions: Vec<i64> = sqlx::query_scalar(
        "SELECT v.id FROM resource_versions v JOIN resources r ON r.id = v.resource_id WHERE v.version = 1 ORDER BY r.type DESC",
    )
    .fetch_all(&api.owner_db)
    .await
    .unwrap();
    let [flow, connector] = versions[..] else { panic!("{versions:?}") };
    let record = async |workspace: Uuid, version: i64| {
        sqlx::query_scalar::<_, Option<Uuid>>(RECORD).bind(workspace).bind(version).fetch_one(api.app.db.pool()).await.unwrap()
    };
    assert_eq!(record(api.other_tenant.workspace, flow).await, None, "another tenant's version");
    assert_eq!(record(api.tenant.workspace, connector).await, None, "a connector's");
    assert_eq!(record(api.tenant.workspace, 0).await, None, "none");
    assert!(record(api.tenant.workspace, flow).await.is_some());
    let mut tx = api.app.db.begin(store::Scope { workspace: api.other_tenant.workspace, user: None, standing: None }).await.unwrap();
    let refused = sqlx::query(RECORD).bind(api.tenant.workspace).bind(flow).execute(&mut *tx).await.unwrap_err();
    tx.rollback().await.unwrap();
    assert_eq!(refused.into_database_error().unwrap().code().unwrap(), "42501");
    api.finish().await;
}

#[tokio::test]
async fn a_run_whose_version_is_not_the_active_one_any_more_is_not_recorded() {
    let api = Api::start().await;
    api.publish_pricing("pricing").await;
    let first: i64 = sqlx::query_scalar("SELECT published_version_id FROM resources").fetch_one(&api.owner_db).await.unwrap();
    let record = RECORD.replace("false", "true");
    let record = async || {
        let statement = sqlx::query_scalar::<_, Option<Uuid>>(AssertSqlSafe(record.clone())).bind(api.tenant.workspace).bind(first);
        statement.fetch_one(api.app.db.pool()).await.unwrap()
    };
    assert!(record().await.is_some());
    api.publish_next_pricing("pricing", 1).await;
    assert_eq!(record().await, None);
    let runs: i64 = sqlx::query_scalar("SELECT count(*) FROM runs").fetch_one(&api.owner_db).await.unwrap();
    assert_eq!(runs, 1);
    api.finish().await;
}

/// Only so many runs, spread over the last 24 hours, of two flows: of a thousand one is from the cli, and one of a thousand failed.
async fn only_runs(owner: &mut PgConnection, workspace: Uuid, count: i64) {
    sqlx::raw_sql("TRUNCATE runs").execute(&mut *owner).await.unwrap();
    let insert = "INSERT INTO runs (id, workspace_id, flow_id, flow_slug, version_id, flow_version, source, family, status, duration_us, input, output, error, created_at)
        SELECT uuid_v7(at), $1, CASE nth % 1000 WHEN 1 THEN uuid_v7_least('2001-01-01') ELSE uuid_v7_least('2002-01-01') END, 'pricing', 0, 1, 'x',
               CASE nth % 1000 WHEN 2 THEN 'cli' ELSE 'designer' END, CASE nth % 1000 WHEN 3 THEN 'failed' ELSE 'succeeded' END, 1, '{}',
               CASE WHEN nth % 1000 <> 3 THEN '{}'::json END, CASE WHEN nth % 1000 = 3 THEN '{}'::json END, at
          FROM (SELECT nth, now() - interval '24 hours' + interval '24 hours' * nth / $2 AS at FROM generate_series(1, $2) AS n (nth)) AS runs ORDER BY at";
    sqlx::query(insert).bind(workspace).bind(count).execute(&mut *owner).await.unwrap();
    sqlx::raw_sql("VACUUM ANALYZE runs").execute(owner).await.unwrap();
}

/// Pages of shared memory that the statements about runs looked at, by list.
async fn buffers(instance: &Instance, explained: &Explained, queries: &[String]) -> Vec<u64> {
    let mut all = Vec::new();
    for query in queries {
        // Catalogues are read at the first call of a connection.
        for _ in 0..2 {
            explained.take();
            instance.get(&format!("/v1/runs?limit=50{query}")).await.ok();
        }
        all.push(explained.take().into_iter().filter(|plan| plan.text.contains("FROM runs")).map(|plan| plan.buffers).sum());
    }
    all
}

#[tokio::test]
async fn a_page_costs_the_same_among_few_runs_and_many_whatever_the_filter() {
    const FEW: i64 = 50_000;
    const MANY: i64 = 400_000;
    let api = Api::start().await;
    let mut superuser = api.superuser().await;
    let explained = Explained::before(&api.app.settings.database_url, &mut superuser).await.unwrap();
    let settings = Settings { database_url: explained.url().to_owned(), database_connections: 1, ..api.app.settings.clone() };
    let instance = api.another_instance(settings).await;
    let rare: Uuid = sqlx::query_scalar("SELECT uuid_v7_least('2001-01-01')").fetch_one(&api.owner_db).await.unwrap();
    let mut queries: Vec<String> =
        ["", "&source=cli", "&source=designer", "&status=failed", "&status=succeeded", "&source=cli&status=succeeded"]
            .map(str::to_owned)
            .into();
    queries.extend(["", "&source=designer", "&status=succeeded"].map(|filter| format!("&flow={rare}{filter}")));

    only_runs(&mut superuser, api.tenant.workspace, FEW).await;
    let few = buffers(&instance, &explained, &queries).await;
    only_runs(&mut superuser, api.tenant.workspace, MANY).await;
    let many = buffers(&instance, &explained, &queries).await;
    for ((query, few), many) in queries.iter().zip(few).zip(many) {
        assert!(few > 0, "{query} was not explained");
        assert!(many * 10 <= few * 13, "{query}: {few} pages among {FEW} runs, {many} among {MANY}");
    }
    sqlx::raw_sql("TRUNCATE runs").execute(&mut superuser).await.unwrap();
    api.finish().await;
}
