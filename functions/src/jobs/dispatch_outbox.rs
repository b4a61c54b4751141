//! The dispatcher: outbox rows become replica items and notifications. A loop around [`step`], which is safe to repeat at any
//! point and to run any number of times at once.

use std::time::{Duration, Instant};

use domain::Trace;
use serde::Serialize;
use store::Db;
use store::outbox::{self, Delivered, Leased, Verdict};
use uuid::Uuid;

use crate::app::App;
use crate::jobs::aws_sink::AwsSink;
use crate::jobs::timed::Timed;
use crate::metrics::Metric;

/// Rows leased at once.
pub const BATCH: i64 = 500;
/// How long a dispatcher that died keeps its rows from others. A longer batch extends it.
const LEASE_SECONDS: f64 = 30.0;
/// A row that can never be delivered is given up after so many tries.
const PERMANENT_TRIES: i32 = 5;
/// One that meets an outage is given up after about an hour of them.
const TRANSIENT_TRIES: i32 = 100;
const LONGEST_WAIT_SECONDS: f64 = 60.0;
/// How often an ahead replica is looked at again: until somebody runs the restore procedure.
const AHEAD_WAIT_SECONDS: f64 = 60.0;

/// A run under a steady stream of publishes ends well before its function's time does; the next one goes on.
const LONGEST_RUN: Duration = Duration::from_secs(120);

/// Where versions are delivered to.
pub trait Sink {
    /// How many rows it takes at once; what it has to hold of each bounds this.
    const AT_ONCE: usize;

    /// One outcome a row, in the rows' order. A row counts as delivered when it is in the replica and every fleet was told.
    fn deliver(&self, db: &Db, rows: &[Leased]) -> impl Future<Output = Vec<Result<Delivered, Undelivered>>> + Send;
}

/// Why a row was not delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undelivered {
    /// The service asked to slow down; this costs no attempt.
    Throttled(String),
    /// May pass: a time-out, a broken connection.
    Transient(String),
    /// Will not pass by itself.
    Permanent(String),
    /// The replica holds what this database has never published: the database was restored to an earlier point.
    ReplicaAhead(String),
}

/// What one step did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Newest rows leased, one a resource.
    pub leased: usize,
    pub delivered: usize,
    /// Outbox rows that went, superseded ones included.
    pub settled: u64,
    pub failed: usize,
    pub dead: usize,
    pub ahead: usize,
}

/// Leases a batch, delivers it, settles what was delivered and gives back the rest.
pub async fn step<S: Sink>(db: &Db, sink: &S, token: Uuid, random: impl Fn() -> f64) -> store::Result<Step> {
    let leased = outbox::lease(db, token, BATCH, LEASE_SECONDS).await?;
    let mut step = Step { leased: leased.len(), ..Step::default() };
    // A row whose tries ended without a word may be what ends its dispatchers.
    let (silent, rows): (Vec<_>, Vec<_>) = leased.into_iter().partition(|row| row.attempts > TRANSIENT_TRIES);
    for row in &silent {
        let undelivered = Undelivered::Permanent(format!("{} tries ended without an outcome", row.attempts - 1));
        report(row, &undelivered, &Verdict::Dead);
        step.failed += 1;
        step.dead += 1;
        outbox::release(db, token, row.resource_id, &Verdict::Dead, undelivered.cause()).await?;
    }
    for (nth, group) in rows.chunks(S::AT_ONCE).enumerate() {
        if nth > 0 {
            outbox::keep_lease(db, token, LEASE_SECONDS).await?;
        }
        let outcomes = sink.deliver(db, group).await;
        let mut delivered = Vec::with_capacity(group.len());
        for (row, outcome) in group.iter().zip(outcomes) {
            match outcome {
                Ok(done) => {
                    log(row);
                    delivered.push(done);
                }
                Err(undelivered) => {
                    let verdict = verdict(&undelivered, row.attempts, random());
                    report(row, &undelivered, &verdict);
                    step.failed += 1;
                    step.dead += usize::from(matches!(verdict, Verdict::Dead));
                    step.ahead += usize::from(matches!(undelivered, Undelivered::ReplicaAhead(_)));
                    outbox::release(db, token, row.resource_id, &verdict, undelivered.cause()).await?;
                }
            }
        }
        step.settled += outbox::settle(db, token, &delivered).await?;
        step.delivered += delivered.len();
    }
    Ok(step)
}

/// What becomes of a row, by what went wrong and how often. `random` is in 0..1: full jitter.
fn verdict(undelivered: &Undelivered, attempts: i32, random: f64) -> Verdict {
    let longest = (0.5 * f64::powi(2.0, attempts.clamp(1, 16))).min(LONGEST_WAIT_SECONDS);
    match undelivered {
        Undelivered::Throttled(_) => Verdict::PostponeBy(longest * random),
        Undelivered::ReplicaAhead(_) => Verdict::PostponeBy(AHEAD_WAIT_SECONDS),
        Undelivered::Permanent(_) if attempts >= PERMANENT_TRIES => Verdict::Dead,
        Undelivered::Transient(_) if attempts >= TRANSIENT_TRIES => Verdict::Dead,
        Undelivered::Permanent(_) | Undelivered::Transient(_) => Verdict::RetryIn(longest * random),
    }
}

impl Undelivered {
    pub fn cause(&self) -> &str {
        match self {
            Undelivered::Throttled(cause)
            | Undelivered::Transient(cause)
            | Undelivered::Permanent(cause)
            | Undelivered::ReplicaAhead(cause) => cause,
        }
    }
}

fn log(row: &Leased) {
    let (trace, Leased { id, slug, version, .. }) = (row.trace(), row);
    tracing::info!(event_id = %id, slug, version, trace = trace.as_ref().map(Trace::id), "a version was delivered");
}

fn report(row: &Leased, undelivered: &Undelivered, verdict: &Verdict) {
    let (event_id, slug, version, cause, trace) = (row.id, &row.slug, row.version, undelivered.cause(), row.trace());
    let trace = trace.as_ref().map(Trace::id);
    match (undelivered, verdict) {
        (Undelivered::ReplicaAhead(_), _) => {
            tracing::error!(alarm = "replica_ahead", %event_id, slug, version, trace, cause, "the replica is ahead of this database: run the restore procedure")
        }
        (_, Verdict::Dead) => {
            tracing::error!(alarm = "outbox_dead", %event_id, slug, version, trace, cause, "an outbox row was given up: mend the cause and redrive it")
        }
        _ => tracing::warn!(%event_id, slug, version, trace, cause, "a version was not delivered and will be tried again"),
    }
}

/// Steps until nothing is due. What the queue and the schedule start.
pub async fn run(app: &App) -> anyhow::Result<Step> {
    let db = app.jobs_db().await?;
    let sink = Timed::around(AwsSink { replica: app.replica().await?, notifier: app.notifier().await, now: crate::app::clock });
    let mut total = Step::default();
    let started = Instant::now();
    loop {
        let step = step(db, &sink, token(app), || fraction(app.random())).await?;
        total.leased += step.leased;
        total.delivered += step.delivered;
        total.settled += step.settled;
        total.failed += step.failed;
        total.dead += step.dead;
        total.ahead += step.ahead;
        if step.leased == 0 || started.elapsed() > LONGEST_RUN {
            break;
        }
    }
    measure(app, db, &total, &sink.lags()).await?;
    Ok(total)
}

/// After the run: what waits now is what it could not deliver.
async fn measure(app: &App, db: &Db, total: &Step, lags: &[f64]) -> store::Result<()> {
    if !app.is_metered() {
        return Ok(());
    }
    let (oldest, dead) = outbox::backlog(db).await?;
    // It sees only what is to be delivered: that nothing is ahead any more is reconciling's to say.
    let ahead = if total.ahead > 0 { vec![total.ahead as f64] } else { Vec::new() };
    app.record(&[
        (Metric::OutboxOldest, &[oldest.unwrap_or_default().max(0.0)]),
        (Metric::OutboxDead, &[dead as f64]),
        (Metric::ReplicaAhead, &ahead),
        (Metric::ReplicaLag, lags),
    ]);
    Ok(())
}

/// The dispatcher of a process that has no queue and no schedule (the local stack): runs at every nudge and every second.
pub async fn run_forever(app: &App, nudge: &tokio::sync::Notify) {
    loop {
        if let Err(error) = run(app).await {
            tracing::error!(error = format!("{error:#}"), "the dispatcher failed and will try again");
        }
        // A nudge that came meanwhile is remembered by the Notify; the time-out stands in for the schedule.
        let _ = tokio::time::timeout(Duration::from_secs(1), nudge.notified()).await;
    }
}

fn token(app: &App) -> Uuid {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&app.random()[..16]);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

fn fraction(random: [u8; 32]) -> f64 {
    f64::from(u32::from_le_bytes([random[0], random[1], random[2], random[3]])) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_with_the_attempts_up_to_a_minute_and_are_jittered_from_zero() {
        let wait = |attempts, random| match verdict(&Undelivered::Transient(String::new()), attempts, random) {
            Verdict::RetryIn(seconds) => seconds,
            other => panic!("{other:?}"),
        };
        assert_eq!([wait(1, 1.0), wait(2, 1.0), wait(3, 1.0), wait(20, 1.0)], [1.0, 2.0, 4.0, 60.0]);
        assert_eq!(wait(20, 0.0), 0.0);
    }

    #[test]
    fn throttling_and_an_ahead_replica_cost_no_attempt_however_often() {
        for undelivered in [Undelivered::Throttled(String::new()), Undelivered::ReplicaAhead(String::new())] {
            assert!(matches!(verdict(&undelivered, 10_000, 0.5), Verdict::PostponeBy(_)));
        }
    }

    #[test]
    fn a_permanent_failure_is_dead_after_five_tries_and_a_passing_one_after_a_hundred() {
        assert!(matches!(verdict(&Undelivered::Permanent(String::new()), 4, 0.5), Verdict::RetryIn(_)));
        assert!(matches!(verdict(&Undelivered::Permanent(String::new()), 5, 0.5), Verdict::Dead));
        assert!(matches!(verdict(&Undelivered::Transient(String::new()), 99, 0.5), Verdict::RetryIn(_)));
        assert!(matches!(verdict(&Undelivered::Transient(String::new()), 100, 0.5), Verdict::Dead));
    }
}
