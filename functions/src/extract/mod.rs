//! Extractors whose every rejection is a [`Problem`](crate::problem::Problem), in the contract's order of refusals.

mod body;
mod caller;
mod parts;
mod provenance;
pub mod session;

pub use body::{Document, Json, MergePatch, OpenJson, document};
pub use caller::{Caller, CallerCache, Identity, Presented, WorkspaceAt, unauthorized, workspace_required};
pub use parts::{IdempotencyKey, IfMatch, Path, Query};
pub use provenance::Provenance;
