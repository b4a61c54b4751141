//! What is told about a graph.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How many diagnostics are told one by one; one more counts the rest.
pub const MAX_FINDINGS: usize = 200;

/// Whether a diagnostic blocks publish and evaluation, or is worth a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Blocks publish and evaluation.
    Error,
    /// May be a mistake.
    Warning,
}

/// Something about a graph, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Diagnostic {
    /// Whether it blocks.
    pub severity: Severity,
    /// A [`Code`], as text: what was stored under a newer checker can still be read.
    pub code: String,
    /// What it is, for people.
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
    /// The kind of the first of them.
    pub code: RefusalCode,
    /// Everything of that kind, up to [`MAX_FINDINGS`].
    pub diagnostics: Vec<Diagnostic>,
}

/// Why a graph is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RefusalCode {
    /// A function, custom, decision, policy or http node, or one of a type that nobody knows.
    UnsupportedNode,
    /// Not of a graph's shape: `nodes` is no array, a node has no id...
    SchemaViolation,
    /// A cap is exceeded: nodes, edges, rules, cells, expression length, nesting, range.
    GraphTooComplex,
}

/// Every code that a diagnostic can have; stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Code {
    /// Refused: the engine would run code or reach the network for this node, or doesn't know its type.
    UnsupportedNode,
    /// Refused: the graph, or this part of it, has the wrong shape.
    SchemaViolation,
    /// Refused: a cap is exceeded.
    GraphTooComplex,
    /// Blocks: nothing says where evaluation begins.
    NoInputNode,
    /// Blocks: more than one input node.
    ManyInputNodes,
    /// Blocks: two nodes, edges, rules, columns, expressions or statements share an id.
    DuplicateId,
    /// Blocks: an edge leads from or to a node that the graph doesn't have.
    DanglingEdge,
    /// Blocks: an edge leaves a switch by a branch that it doesn't have, and would never be followed.
    UnknownBranch,
    /// Blocks: the edges lead in a circle.
    Cycle,
    /// Blocks: an expression, cell, condition or field can't be parsed.
    BrokenExpression,
    /// Blocks: a decision table has no output columns.
    NoOutputs,
    /// Blocks: an input's or output's JSON Schema can't be read or can't be followed.
    BrokenSchema,
    /// Blocks: other documents can't be imported.
    UnsupportedImport,
    /// Warns: an expression reads what no node before it and no schema provides.
    UndefinedVariable,
    /// Warns: types don't fit.
    TypeMismatch,
    /// Warns: no path leads here from the input node.
    UnreachableNode,
    /// Warns: another of zen-engine's findings; its message says which.
    Suspicious,
    /// There are more than [`MAX_FINDINGS`]: an answer must end somewhere.
    MoreFindings,
}

impl Code {
    /// As it stands in [`Diagnostic::code`].
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UnsupportedNode => "unsupported_node",
            Self::SchemaViolation => "schema_violation",
            Self::GraphTooComplex => "graph_too_complex",
            Self::NoInputNode => "no_input_node",
            Self::ManyInputNodes => "many_input_nodes",
            Self::DuplicateId => "duplicate_id",
            Self::DanglingEdge => "dangling_edge",
            Self::UnknownBranch => "unknown_branch",
            Self::Cycle => "cycle",
            Self::BrokenExpression => "broken_expression",
            Self::NoOutputs => "no_outputs",
            Self::BrokenSchema => "broken_schema",
            Self::UnsupportedImport => "unsupported_import",
            Self::UndefinedVariable => "undefined_variable",
            Self::TypeMismatch => "type_mismatch",
            Self::UnreachableNode => "unreachable_node",
            Self::Suspicious => "suspicious",
            Self::MoreFindings => "more_findings",
        }
    }

    fn severity(self) -> Severity {
        match self {
            Self::UndefinedVariable | Self::TypeMismatch | Self::UnreachableNode | Self::Suspicious => Severity::Warning,
            _ => Severity::Error,
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Findings of one kind up to [`MAX_FINDINGS`], and a count of the rest.
#[derive(Default)]
pub(crate) struct Findings {
    found: Vec<Diagnostic>,
    more: usize,
}

impl Findings {
    pub(crate) fn add(&mut self, code: Code, node_id: Option<&str>, path: impl Into<String>, message: impl Into<String>) {
        if self.found.len() < MAX_FINDINGS {
            let node_id = node_id.map(str::to_owned);
            self.found.push(Diagnostic {
                severity: code.severity(),
                code: code.to_string(),
                message: message.into(),
                node_id,
                path: path.into(),
            });
        } else {
            self.more += 1;
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// The findings; where some were only counted, the last one says so with the severity of what it stands for.
    pub(crate) fn finish(mut self) -> Vec<Diagnostic> {
        if let Some(first) = self.found.first().filter(|_| self.more > 0) {
            let message = format!("and {} more like these", self.more);
            let more =
                Diagnostic { severity: first.severity, code: Code::MoreFindings.to_string(), message, node_id: None, path: String::new() };
            self.found.push(more);
        }
        self.found
    }
}

/// A name in a message: ids and names can be megabytes long.
pub(crate) fn shown(name: &str) -> String {
    if name.chars().nth(128).is_none() { name.to_owned() } else { name.chars().take(128).chain(['…']).collect() }
}
