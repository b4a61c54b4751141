//! FetchCatch's API for Rust programs: one method an operation, bodies as [`wire`] has them.
//!
//! ```no_run
//! # async fn example() -> Result<(), sdk::Error> {
//! let client = sdk::Client::new(sdk::Settings::new("https://api.fetchcatch.com", "fcs_..."))?;
//! let drift = client.drift().await?;
//! println!("in sync: {}", drift.in_sync);
//! # Ok(())
//! # }
//! ```
//!
//! - What is safe to send twice is tried again when the network or the server fails it, with full jitter: reads, `PUT` of contents,
//!   and every `POST` that takes an Idempotency-Key (one is always sent).
//! - Every refusal is an [`Error::Problem`] with the code, the detail and the facts of the API's `application/problem+json`.
//! - A [`Transport`] carries the requests. The one over the network is the feature `network`; the API itself brings one of its own.

mod access;
mod address;
mod call;
mod client;
mod drafts;
mod error;
#[cfg(feature = "network")]
mod network;
mod open;
mod replica;
mod resources;
mod retry;
mod runs;
mod sync;
mod transport;
mod versions;
mod workspaces;

pub use call::Answer;
pub use client::{Client, Commit, Settings};
pub use drafts::{Difference, Draft, Finding};
pub use error::{Error, Result};
#[cfg(feature = "network")]
pub use network::Network;
pub use resources::{Created, Resource, ResourceQuery, Selector};
pub use runs::{RunsQuery, Target};
pub use sync::{ExportQuery, Of};
pub use transport::{Answering, Transport};
pub use versions::{Documented, Published, Version, Which};
