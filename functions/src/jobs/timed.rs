//! A sink that remembers how long its versions took.

use std::sync::{Mutex, PoisonError};

use store::Db;
use store::outbox::{Delivered, Leased};

use super::dispatch_outbox::{Sink, Undelivered};

pub struct Timed<S> {
    inner: S,
    /// In milliseconds.
    lags: Mutex<Vec<f64>>,
}

impl<S> Timed<S> {
    pub fn around(inner: S) -> Timed<S> {
        Timed { inner, lags: Mutex::default() }
    }

    pub fn lags(self) -> Vec<f64> {
        self.lags.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Sink + Sync> Sink for Timed<S> {
    const AT_ONCE: usize = S::AT_ONCE;

    async fn deliver(&self, db: &Db, rows: &[Leased]) -> Vec<Result<Delivered, Undelivered>> {
        let outcomes = self.inner.deliver(db, rows).await;
        let mut lags = self.lags.lock().unwrap_or_else(PoisonError::into_inner);
        lags.extend(rows.iter().zip(&outcomes).filter_map(|(row, outcome)| lag(row, outcome.as_ref().ok()?)));
        outcomes
    }
}

/// Since the row was written, which its id says: a repeat that reconciling asked for is not as late as its version is old. Two clocks
/// are compared, so it may come out below nothing.
fn lag(row: &Leased, delivered: &Delivered) -> Option<f64> {
    let (seconds, nanos) = row.id.get_timestamp()?.to_unix();
    let written = i64::try_from(seconds).ok()? * 1000 + i64::from(nanos / 1_000_000);
    Some((delivered.replicated_at.timestamp_millis() - written).max(0) as f64)
}
