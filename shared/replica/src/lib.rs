//! The replica: the DynamoDB table that workers read, and the SQS message that tells them to look.
//!
//! Postgres is the truth. The dispatcher copies each published version here with [`Replica::write`] and then sends a
//! [`Notification`] through the [`Notifier`]; workers read with the same [`Replica`] (see the crate `worker`). The order of
//! effects makes one promise: whoever sees a version in `CURRENT` can read all of it. Nothing here reads the environment or
//! a clock, and randomness is seeded by the caller.

pub mod aws;
mod batch;
mod decode;
mod error;
mod expiry;
mod jitter;
mod notification;
mod notifier;
pub mod pack;
mod publication;
mod reader;
pub mod schema;
mod table;
pub mod trace;
mod writer;

use aws_sdk_dynamodb::Client;

pub use decode::Listed;
pub use domain::Trace;
pub use error::ReplicaError;
pub use jitter::Jitter;
pub use notification::{Event, Notification};
pub use notifier::Notifier;
pub use publication::{ManifestEntry, Publication};
pub use schema::{Current, Order};
pub use writer::Written;

/// How fresh a read is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Read {
    /// Sees every write that was answered before. Twice the price.
    Consistent,
    /// May lag, usually by less than a second.
    Eventual,
}

/// The table, for writing and reading. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Replica {
    dynamo: Client,
    table: String,
    jitter: Jitter,
}

impl Replica {
    pub fn new(dynamo: Client, table: impl Into<String>, jitter: Jitter) -> Self {
        Self { dynamo, table: table.into(), jitter }
    }

    pub fn table(&self) -> &str {
        &self.table
    }
}

/// Runs work that keeps a core busy for milliseconds (compressing or hashing 4 MiB) where it holds up no one else's requests.
async fn off_thread<T: Send + 'static>(
    operation: &'static str,
    work: impl FnOnce() -> Result<T, ReplicaError> + Send + 'static,
) -> Result<T, ReplicaError> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(ReplicaError::transient(operation, error)))
}
