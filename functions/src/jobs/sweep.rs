//! Removes what has had its time, in small batches.

use serde::Serialize;
use store::jobs;

use crate::app::App;

const SNAPSHOT_DAYS: i32 = 90;
const SNAPSHOTS_KEPT: i64 = 50;
const BATCH: i64 = 1_000;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Swept {
    pub idempotency_keys: u64,
    pub credentials: u64,
    pub snapshots: u64,
    pub contents: u64,
}

/// Snapshots first: what they alone referred to can go then.
pub async fn run(app: &App) -> anyhow::Result<Swept> {
    let db = app.jobs_db().await?;
    let mut swept = Swept {
        idempotency_keys: jobs::expire_idempotency_keys(db).await?,
        credentials: jobs::forget_credentials(db).await?,
        ..Swept::default()
    };
    loop {
        let gone = jobs::age_out_snapshots(db, SNAPSHOT_DAYS, SNAPSHOTS_KEPT, BATCH).await?;
        swept.snapshots += gone;
        if gone == 0 {
            break;
        }
    }
    loop {
        let gone = jobs::collect_contents(db, BATCH).await?;
        swept.contents += gone;
        if gone == 0 {
            break;
        }
    }
    tracing::info!(?swept, "swept");
    Ok(swept)
}
