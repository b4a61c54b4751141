//! Extractors whose every rejection is a [`Problem`](crate::problem::Problem), in the contract's order of refusals.

mod body;
mod cache;
mod caller;
mod parts;
mod provenance;
pub mod session;
mod trace;
mod visitor;

pub use body::{Document, Json, MergePatch, OpenJson, document};
pub use cache::CallerCache;
pub use caller::{Caller, Evaluator, Identity, Presented, WorkspaceAt, unauthorized, workspace_required};
pub use parts::{IdempotencyKey, IfMatch, Path, Query};
pub use provenance::Provenance;
pub use trace::Traced;
pub use visitor::{Visitor, no_workspace};
