//! Extractors whose every rejection is a [`Problem`](crate::problem::Problem), in the contract's order of refusals.

mod body;
mod caller;
mod caller_cache;
mod parts;
mod provenance;
pub mod session;

pub use body::{Document, Json, MergePatch, OpenJson, document};
pub use caller::{Caller, Evaluator, Identity, Presented, WorkspaceAt, unauthorized, workspace_required};
pub use caller_cache::CallerCache;
pub use parts::{IdempotencyKey, IfMatch, Path, Query};
pub use provenance::Provenance;
