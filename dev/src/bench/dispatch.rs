//! The dispatcher with a sink that takes everything at once, against a queue that does nothing but lease and delete.

use std::time::Instant;

use anyhow::{Result, ensure};
use functions::app::clock;
use functions::jobs::dispatch_outbox::{self, BATCH, Sink, Undelivered};
use sqlx::{Connection as _, PgConnection};
use store::Db;
use store::outbox::{Delivered, Leased};
use uuid::Uuid;

use super::pool::Pool;
use super::report::{Line, Target};
use super::rounds::{ROUNDS, Rate, Rounds, median};
use super::shape::log_position;
use super::stage::Stage;

const PREFIX: &str = "outbox";
const ROWS: usize = 20_000;

/// Says of every version that it is in the replica.
struct NullSink;

impl Sink for NullSink {
    const AT_ONCE: usize = usize::MAX;

    async fn deliver(&self, _db: &Db, rows: &[Leased]) -> Vec<Result<Delivered, Undelivered>> {
        let delivered = |row: &Leased| Delivered {
            resource_id: row.resource_id,
            workspace_id: row.workspace_id,
            version: row.version,
            epoch: row.epoch,
            replicated_at: clock(),
        };
        rows.iter().map(|row| Ok(delivered(row))).collect()
    }
}

pub async fn measure(stage: &Stage<'_>) -> Result<Vec<Line>> {
    let pool = Pool::seed(stage, PREFIX, ROWS, 1024).await?;
    publish_all(stage).await?;
    let jobs = Db::connect_lazily(&stage.database.jobs_url, 1)?;
    let mut bare = PgConnection::connect(&stage.database.owner_url).await?;
    sqlx::raw_sql("CREATE TABLE bench_queue (LIKE outbox INCLUDING DEFAULTS, PRIMARY KEY (id)) WITH (fillfactor = 50)")
        .execute(&mut bare)
        .await?;
    let log_is_readable = sqlx::raw_sql("CREATE EXTENSION IF NOT EXISTS pg_walinspect").execute(&stage.admin).await.is_ok();

    let mut rounds = Rounds::default();
    let mut logged = Vec::new();
    // The first makes the receipts, which later ones renew, as in life.
    for round in 0..=ROUNDS {
        stage.tidy().await?;
        fill("outbox", stage).await?;
        let from = log_position(&stage.admin).await?;
        let ours = dispatch(&jobs).await?;
        let to = log_position(&stage.admin).await?;
        // Before a checkpoint removes what was logged.
        let bytes = log_bytes(stage, &from, &to, log_is_readable).await?;
        stage.tidy().await?;
        fill("bench_queue", stage).await?;
        let reference = lease_and_delete(&mut bare).await?;
        if round > 0 {
            rounds.add(ours, reference);
            logged.push(bytes);
        }
    }
    let per_row = |bytes: fn(&(i64, i64)) -> i64| median(logged.iter().map(|one| bytes(one) as f64 / ROWS as f64));
    let note = format!("{} resources, batches of {BATCH}", pool.count);
    let images = format!("{:.0} with page images", per_row(|one| one.0));
    Ok(vec![
        rounds.line("dispatcher to a null sink", "bare queue", 0.5, note),
        Line::plain("log of a dispatched row", per_row(|one| one.1), "bytes", Some(Target::AtMost(900.0)), images),
    ])
}

/// Version 1 of every connector, as a publish leaves it.
async fn publish_all(stage: &Stage<'_>) -> Result<()> {
    let mut tx = stage.owner.begin().await?;
    for statement in [
        "INSERT INTO resource_versions (workspace_id, resource_id, version, digest, source, published_at)
         SELECT r.workspace_id, r.id, 1, p.a, 'cli-publish', now() FROM bench_pool p JOIN resources r ON r.id = p.resource_id WHERE p.prefix = $1",
        "INSERT INTO event_flow_manifests (connector_id, version, workspace_id, digest)
         SELECT r.id, 1, r.workspace_id, p.manifest FROM bench_pool p JOIN resources r ON r.id = p.resource_id WHERE p.prefix = $1",
        "UPDATE resources r SET last_version = 1, published_version_id = v.id FROM bench_pool p JOIN resource_versions v ON v.resource_id = p.resource_id
          WHERE r.id = p.resource_id AND p.prefix = $1",
    ] {
        sqlx::query(statement).bind(PREFIX).execute(&mut *tx).await?;
    }
    Ok(tx.commit().await?)
}

/// A row a resource, in either queue.
async fn fill(queue: &'static str, stage: &Stage<'_>) -> Result<()> {
    let statement = sqlx::AssertSqlSafe(format!(
        "INSERT INTO {queue} (id, workspace_id, resource_id, version, event)
         SELECT uuid_v7(), $1, resource_id, 1, 'published' FROM bench_pool WHERE prefix = $2 ORDER BY n"
    ));
    sqlx::query(statement).bind(stage.workspace).bind(PREFIX).execute(&stage.owner).await?;
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("VACUUM (ANALYZE) {queue}"))).execute(&stage.owner).await?;
    Ok(())
}

async fn dispatch(jobs: &Db) -> Result<Rate> {
    let began = Instant::now();
    let mut settled = 0;
    for token in 1.. {
        let step = dispatch_outbox::step(jobs, &NullSink, Uuid::from_u128(token), || 0.5).await?;
        if step.leased == 0 {
            break;
        }
        settled += step.settled;
    }
    ensure!(settled == ROWS as u64, "of {ROWS} outbox rows {settled} were settled");
    Ok(Rate { count: ROWS as f64, seconds: began.elapsed().as_secs_f64() })
}

async fn lease_and_delete(connection: &mut PgConnection) -> Result<Rate> {
    let began = Instant::now();
    let mut deleted = 0;
    for token in 1.. {
        let token = Uuid::from_u128(token);
        let leased: Vec<(Uuid, Uuid, i32)> = sqlx::query_as(
            "WITH due AS (SELECT id FROM bench_queue WHERE lease_until IS NULL OR lease_until < clock_timestamp() ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED)
             UPDATE bench_queue q SET lease_token = $1, lease_until = clock_timestamp() + interval '30 seconds', attempts = q.attempts + 1
               FROM due WHERE q.id = due.id RETURNING q.id, q.resource_id, q.version",
        )
        .bind(token)
        .bind(BATCH)
        .fetch_all(&mut *connection)
        .await?;
        if leased.is_empty() {
            break;
        }
        let ids: Vec<Uuid> = leased.iter().map(|row| row.0).collect();
        deleted += sqlx::query("DELETE FROM bench_queue WHERE lease_token = $1 AND id = ANY ($2)")
            .bind(token)
            .bind(ids)
            .execute(&mut *connection)
            .await?
            .rows_affected();
    }
    ensure!(deleted == ROWS as u64, "of {ROWS} queue rows {deleted} were deleted");
    Ok(Rate { count: ROWS as f64, seconds: began.elapsed().as_secs_f64() })
}

/// With images of pages, which a checkpoint causes, and without; the second is only known where the log can be read.
async fn log_bytes(stage: &Stage<'_>, from: &str, to: &str, readable: bool) -> Result<(i64, i64)> {
    let with: i64 = sqlx::query_scalar("SELECT ($2::pg_lsn - $1::pg_lsn)::bigint").bind(from).bind(to).fetch_one(&stage.admin).await?;
    if !readable {
        return Ok((with, with));
    }
    let without: i64 = sqlx::query_scalar("SELECT sum(record_size)::bigint FROM pg_get_wal_stats($1::pg_lsn, $2::pg_lsn)")
        .bind(from)
        .bind(to)
        .fetch_one(&stage.admin)
        .await?;
    Ok((with, without))
}
