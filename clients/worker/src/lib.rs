//! What a worker uses to run what was published, seconds after it was, and to go on running it when all else fails.
//!
//! [`DynamoConfigStore`] keeps what a worker asked for, connectors' configs and flows' graphs alike, in memory and current; [`Consumer`] feeds it with the
//! fleet's notifications. A worker that never sees a notification is at most one poll behind. [`run_example`] is a whole
//! worker in miniature: it prints what it would run.

mod config;
mod consumer;
mod example;
mod memory;
mod poll;
mod shutdown;
mod store;

pub use config::Config;
pub use consumer::{Consumer, Step};
pub use domain::identity::ResourceType;
pub use example::run_example;
pub use memory::Status;
pub use poll::{DEFAULT_POLL_INTERVAL, Poll};
pub use replica::{Jitter, ManifestEntry, Notification, Order, Replica, ReplicaError, Trace, aws};
pub use store::{Clock, DynamoConfigStore, Taken};
