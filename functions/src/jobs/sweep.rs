//! Removes what has had its time, in small batches.

use serde::Serialize;
use store::{Db, jobs};

use crate::app::App;
use crate::metrics::Metric;
use crate::runs::MINUTES_KEPT_HOURS;

const SNAPSHOT_DAYS: i32 = 90;
const SNAPSHOTS_KEPT: i64 = 50;
const PAGE: i64 = 200;
const RUN_MONTHS_AHEAD: i32 = 3;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Swept {
    pub idempotency_keys: u64,
    pub credentials: u64,
    pub pulls: u64,
    pub snapshots: u64,
    pub contents: u64,
    pub run_months_made: i32,
    pub run_months_dropped: i32,
    pub run_minutes: u64,
}

/// Snapshots first: what they alone referred to can go then. A part that fails is said in the log and stops no other.
pub async fn run(app: &App) -> anyhow::Result<Swept> {
    let db = app.jobs_db().await?;
    let mut failed = Failed(0);
    let unplaced = failed.or_default("runs without a month", jobs::runs_without_a_partition(db).await);
    let swept = Swept {
        idempotency_keys: failed.or_default("idempotency keys", jobs::expire_idempotency_keys(db).await),
        credentials: failed.or_default("credentials", jobs::forget_credentials(db).await),
        pulls: failed.or_default("pulls", jobs::forget_pulls(db).await),
        snapshots: failed.or_default("snapshots", age_out_snapshots(db).await),
        contents: failed.or_default("contents", collect_contents(db).await),
        run_months_made: failed.or_default("months for runs", make_run_partitions(db, unplaced).await),
        run_months_dropped: failed.or_default("months of runs", jobs::drop_run_partitions(db, app.settings.run_retention_days).await),
        run_minutes: failed.or_default("minutes of runs", jobs::forget_minutes(db, MINUTES_KEPT_HOURS).await),
    };
    app.record(&[(Metric::RunsInDefaultPartition, &[f64::from(u8::from(unplaced))]), (Metric::SweepFailures, &[f64::from(failed.0)])]);
    tracing::info!(?swept, "swept");
    Ok(swept)
}

/// How many parts failed.
struct Failed(u32);

impl Failed {
    fn or_default<T: Default>(&mut self, what: &str, outcome: store::Result<T>) -> T {
        outcome.unwrap_or_else(|error| {
            self.0 += 1;
            tracing::error!(alarm = "sweep_failed", what, %error, "a part of the sweep failed; the next one tries again");
            T::default()
        })
    }
}

/// Runs that had no month to go to are said first: making their month moves them there.
async fn make_run_partitions(db: &Db, unplaced: bool) -> store::Result<i32> {
    if unplaced {
        tracing::error!(
            alarm = "runs_in_default_partition",
            "runs were recorded for which no month was made: has the sweep stood still, or the database's clock jumped?"
        );
    }
    jobs::make_run_partitions(db, RUN_MONTHS_AHEAD).await
}

async fn age_out_snapshots(db: &Db) -> store::Result<u64> {
    let (mut gone, mut after) = (0, None);
    loop {
        let (here, last) = jobs::age_out_snapshots(db, after, SNAPSHOT_DAYS, SNAPSHOTS_KEPT, PAGE).await?;
        gone += here.unsigned_abs();
        if last.is_none() {
            return Ok(gone);
        }
        after = last;
    }
}

async fn collect_contents(db: &Db) -> store::Result<u64> {
    let (mut gone, mut after) = (0, None);
    loop {
        let (here, last) = jobs::collect_contents(db, after.as_ref(), PAGE).await?;
        gone += here.unsigned_abs();
        if last.is_none() {
            return Ok(gone);
        }
        after = last;
    }
}
