//! zen-engine behind one door: check a graph, compile it, evaluate it.
//!
//! Graphs are GoRules' JSON Decision Model (JDM). Nothing reaches the engine before [`check`] or [`compile`] has looked at its size
//! and at what it holds: zen-engine runs JavaScript, opens sockets, and can be made to abort the process by a graph of a few kilobytes.

mod advice;
mod calls;
mod caps;
mod check;
mod compile;
mod document;
mod effort;
mod ends;
mod evaluate;
mod extent;
mod finding;
mod meter;
mod numbers;
mod places;
mod ranges;
mod reach;
mod reader;
mod reckoner;
mod schema;
mod syntax;
mod wiring;

pub use check::check;
pub use compile::{CompileError, Graph, compile};
pub use evaluate::{Evaluation, Failure, Options, abandoned};
pub use finding::{Code, Diagnostic, MAX_FINDINGS, Refusal, RefusalCode, Severity};
pub use numbers::{Unheld, unheld};

/// Raised whenever [`check`] judges differently; the verdicts of all drafts are renewed then.
pub const CHECKER_VERSION: i32 = 2;
