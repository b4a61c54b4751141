use axum::extract::State;
use chrono::{DateTime, TimeDelta, Utc};
use domain::identity::Right;
use serde::Deserialize;
use store::run_stats::{Count, Intervals};
use utoipa::IntoParams;
use wire::problem::Code;
use wire::runs::{RunStats, StatsBucket};

use super::answers;
use super::percentiles::Histogram;
use super::stats_steps;
use crate::app::App;
use crate::extract::{Caller, Query};
use crate::listing::{in_order, period};
use crate::problem::{Problem, Result};

#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StatsQuery {
    /// RFC 3339; a day before `to` when left out.
    pub from: Option<String>,
    /// RFC 3339; the end of this hour when left out.
    pub to: Option<String>,
    /// A flow's slug or id.
    pub flow: Option<String>,
    /// `cli` or `designer`.
    pub source: Option<String>,
}

/// Runs counted in 24 to 90 equal intervals, with percentiles of their durations: for charts.
#[utoipa::path(get, path = "/v1/runs/stats", tag = "runs", params(StatsQuery), responses((status = 200, description = "The intervals, oldest first; empty ones too.", body = RunStats)))]
pub async fn get_run_stats(State(app): State<App>, caller: Caller, Query(query): Query<StatsQuery>) -> Result<axum::Json<RunStats>> {
    let family = answers::one_of("source", query.source.as_deref(), ["cli", "designer"])?;
    let now = app.now();
    let (from, to) = match period(query.from.as_deref(), query.to.as_deref())? {
        (Some(from), None) => {
            in_order(Some(from), Some(end_of_hour(now)))?;
            (from, end_of_hour(now))
        }
        (from, to) => {
            let to = to.unwrap_or_else(|| end_of_hour(now));
            (from.unwrap_or(to - TimeDelta::days(1)), to)
        }
    };
    let intervals = stats_steps::cut(from, to, now).ok_or_else(|| {
        Problem::new(Code::InvalidQuery, "From `from` to `to` are more than 90 weeks, the longest that one chart covers.")
    })?;
    caller.require(Right::Read)?;
    let mut tx = app.db.begin(caller.scope()).await?;
    let outcome = async {
        let Ok(flow) = answers::flow_named(&mut tx, &caller, query.flow.as_deref()).await? else { return Ok(Vec::new()) };
        Ok::<_, Problem>(store::run_stats::counts(&mut tx, caller.workspace.id, intervals, flow, family).await?)
    }
    .await;
    Ok(axum::Json(RunStats { buckets: buckets(intervals, &store::end(tx, outcome).await?) }))
}

fn end_of_hour(now: DateTime<Utc>) -> DateTime<Utc> {
    now + TimeDelta::seconds(3600 - now.timestamp().rem_euclid(3600)) - TimeDelta::nanoseconds(i64::from(now.timestamp_subsec_nanos()))
}

fn buckets(intervals: Intervals, counts: &[Count]) -> Vec<StatsBucket> {
    let in_interval = |nth: i64| counts.iter().filter(move |count| i64::from(count.nth) == nth);
    (0..stats_steps::count(&intervals))
        .map(|nth| {
            let mut histogram = Histogram::default();
            in_interval(nth).for_each(|count| histogram.add(count.bucket, count.succeeded + count.failed));
            StatsBucket {
                from: (intervals.from + TimeDelta::seconds(nth * intervals.seconds)).into(),
                succeeded: in_interval(nth).map(|count| count.succeeded).sum(),
                failed: in_interval(nth).map(|count| count.failed).sum(),
                p50_us: histogram.percentile(0.5),
                p95_us: histogram.percentile(0.95),
                p99_us: histogram.percentile(0.99),
            }
        })
        .collect()
}
