//! Runs added up: counts an interval and bucket of duration, up to a mark; what came after it is counted when it is asked for.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{Db, Result, Tx};

/// How many runs of an interval took about this long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Count {
    /// Which interval, from 0.
    pub nth: i32,
    /// Durations from 2^(bucket/8) microseconds up to those of the next bucket.
    pub bucket: i16,
    pub succeeded: i64,
    pub failed: i64,
}

/// Equal intervals, from a multiple of their length on.
#[derive(Debug, Clone, Copy)]
pub struct Intervals {
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
    pub seconds: i64,
    /// `minute`, `hour` or `day`: what `seconds` is a multiple of.
    pub grain: &'static str,
}

pub async fn counts(tx: &mut Tx, workspace: Uuid, at: Intervals, flow: Option<Uuid>, family: Option<&str>) -> Result<Vec<Count>> {
    Ok(sqlx::query_as(
        "WITH mark AS MATERIALIZED (SELECT rolled_up_to FROM run_stats_mark),
         counted AS (
             SELECT s.at, s.bucket, s.succeeded, s.failed
               FROM run_stats s
              WHERE s.workspace_id = $1 AND s.grain = $2 AND s.at >= $3 AND s.at < $4
                AND ($6::uuid IS NULL OR s.flow_id = $6) AND ($7::text IS NULL OR s.family = $7)
             UNION ALL
             SELECT r.created_at, duration_bucket(r.duration_us), (r.status = 'succeeded')::int, (r.status = 'failed')::int
               FROM runs r
              WHERE r.workspace_id = $1 AND r.id >= (SELECT uuid_v7_least(greatest(rolled_up_to, $3)) FROM mark) AND r.id < uuid_v7_least($4)
                AND ($6::uuid IS NULL OR r.flow_id = $6) AND ($7::text IS NULL OR r.family = $7))
         SELECT floor(extract(epoch FROM at - $3) / $5)::int AS nth, bucket, sum(succeeded)::bigint AS succeeded, sum(failed)::bigint AS failed
           FROM counted GROUP BY 1, 2 ORDER BY 1, 2",
    )
    .bind(workspace)
    .bind(at.grain)
    .bind(at.from)
    .bind(at.to)
    .bind(at.seconds)
    .bind(flow)
    .bind(family)
    .fetch_all(&mut **tx)
    .await?)
}

/// Adds up what is older than `lag_seconds`, an hour of runs at most; whether it has caught up.
pub async fn roll_up(db: &Db, lag_seconds: i32) -> Result<bool> {
    Ok(sqlx::query_scalar("SELECT roll_up_runs(make_interval(secs => $1))").bind(f64::from(lag_seconds)).fetch_one(db.pool()).await?)
}
