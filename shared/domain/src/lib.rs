//! What FetchCatch knows without asking anyone: its types and its rules.
//!
//! No IO, no async, no clock, no randomness of its own. The server, `fcc` and the worker all run this same code, so a
//! merge that a developer sees on a laptop is the merge that the server makes.
//!
//! Documents enter through [`canonical::parse`], which brings every number to its one canonical form; everything here
//! compares values as `serde_json` does and relies on that.

#[cfg(test)]
mod arbitrary;
pub mod canonical;
pub mod connector;
pub mod diff;
pub mod digest;
pub mod flow;
pub mod identity;
mod keyed;
pub mod merge;
pub mod merge_patch;
pub mod pointer;
pub mod slug;
pub mod token;
pub mod trace;

pub use canonical::{Canonical, MAX_BODY_BYTES};
pub use digest::Digest;
pub use slug::Slug;
pub use trace::Trace;
