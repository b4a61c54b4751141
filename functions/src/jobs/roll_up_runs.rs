//! Adds up the runs of the last minutes for `GET /v1/runs/stats`.

use serde::Serialize;
use store::run_stats;

use crate::app::App;

/// No statement of ours may last 30 s, so every run that is older than this is there to be counted.
const LAG_SECONDS: i32 = 60;
/// Each is five minutes of runs at most: a day's worth, should the schedule have stood still.
const MAX_STEPS: u32 = 288;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct RolledUp {
    /// False when there is more to add up; the next start goes on.
    pub caught_up: bool,
}

pub async fn run(app: &App) -> anyhow::Result<RolledUp> {
    up_to(app, LAG_SECONDS).await
}

/// What is older than that many seconds.
pub async fn up_to(app: &App, lag_seconds: i32) -> anyhow::Result<RolledUp> {
    let db = app.jobs_db().await?;
    for _ in 0..MAX_STEPS {
        if run_stats::roll_up(db, lag_seconds).await? {
            return Ok(RolledUp { caught_up: true });
        }
    }
    tracing::warn!(event = "roll_up_behind", "there is more than a day of runs to add up; the next start goes on");
    Ok(RolledUp { caught_up: false })
}
