//! Removes what has had its time, in small batches.

use serde::Serialize;
use store::{Db, jobs};

use crate::app::App;
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
    let swept = Swept {
        idempotency_keys: or_log("idempotency keys", jobs::expire_idempotency_keys(db).await),
        credentials: or_log("credentials", jobs::forget_credentials(db).await),
        pulls: or_log("pulls", jobs::forget_pulls(db).await),
        snapshots: or_log("snapshots", age_out_snapshots(db).await),
        contents: or_log("contents", collect_contents(db).await),
        run_months_made: or_log("months for runs", make_run_partitions(db).await),
        run_months_dropped: or_log("months of runs", jobs::drop_run_partitions(db, app.settings.run_retention_days).await),
        run_minutes: or_log("minutes of runs", jobs::forget_minutes(db, MINUTES_KEPT_HOURS).await),
    };
    tracing::info!(?swept, "swept");
    Ok(swept)
}

fn or_log<T: Default>(what: &str, outcome: store::Result<T>) -> T {
    outcome.unwrap_or_else(|error| {
        tracing::error!(alarm = "sweep_failed", what, %error, "a part of the sweep failed; the next one tries again");
        T::default()
    })
}

/// Runs that had no month to go to are said first: making their month moves them there.
async fn make_run_partitions(db: &Db) -> store::Result<i32> {
    if jobs::runs_without_a_partition(db).await? {
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
