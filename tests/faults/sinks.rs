//! Places to deliver to that do as a test says.

use std::sync::Mutex;

use chrono::{DateTime, Utc};
use functions::jobs::aws_sink::AwsSink;
use functions::jobs::dispatch_outbox::{Sink, Step, Undelivered, step};
use store::Db;
use store::outbox::{Delivered, Leased};
use tests::{Api, fresh};

/// Answers each row as the function says, and remembers what it was asked to deliver.
pub struct Scripted<F> {
    answer: F,
    pub asked: Mutex<Vec<(String, i32)>>,
}

impl<F: Fn(&Leased) -> Result<(), Undelivered> + Sync> Scripted<F> {
    pub fn new(answer: F) -> Self {
        Self { answer, asked: Mutex::default() }
    }
}

impl<F: Fn(&Leased) -> Result<(), Undelivered> + Sync> Sink for Scripted<F> {
    const AT_ONCE: usize = usize::MAX;

    async fn deliver(&self, _db: &Db, rows: &[Leased]) -> Vec<Result<Delivered, Undelivered>> {
        self.asked.lock().unwrap().extend(rows.iter().map(|row| (row.slug.clone(), row.version)));
        rows.iter().map(|row| (self.answer)(row).map(|()| delivered(row))).collect()
    }
}

pub fn delivered(row: &Leased) -> Delivered {
    Delivered {
        resource_id: row.resource_id,
        workspace_id: row.workspace_id,
        version: row.version,
        epoch: row.epoch,
        replicated_at: DateTime::<Utc>::UNIX_EPOCH,
    }
}

/// The dispatcher's own.
pub async fn real(api: &Api) -> AwsSink {
    AwsSink { replica: api.app.replica().await.unwrap(), notifier: api.app.notifier().await, now: functions::app::clock }
}

/// One step of a dispatcher of its own, whose failures are due again at once.
pub async fn one_step(api: &Api, sink: &impl Sink) -> Step {
    step(api.app.jobs_db().await.unwrap(), sink, fresh(), || 0.0).await.unwrap()
}

/// Attempts, whether it is dead, and the last error of each row of the outbox, oldest first.
pub async fn outbox(api: &Api) -> Vec<(i32, bool, Option<String>)> {
    sqlx::query_as("SELECT attempts, dead_at IS NOT NULL, last_error FROM outbox ORDER BY id").fetch_all(&api.owner_db).await.unwrap()
}
