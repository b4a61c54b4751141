//! From stored bytes to a graph that can be evaluated.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde_json::Value;
use zen_engine::model::GraphContent;
use zen_engine::{Decision, ZEN_CONFIG};

use crate::check;
use crate::finding::{Diagnostic, Refusal, Severity};

/// A graph ready to be evaluated any number of times, from any thread; cheap to clone.
#[derive(Clone)]
pub struct Graph(pub(crate) Arc<Compiled>);

pub(crate) struct Compiled {
    pub decision: Decision,
}

/// Why stored bytes make no graph.
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    /// Not JSON.
    #[error("the graph is no JSON: {0}")]
    Malformed(String),
    /// What [`check`] refuses.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// What has diagnostics of [`Severity::Error`]; all of the diagnostics.
    #[error("{}", .0.iter().find(|one| one.severity == Severity::Error).map_or("the graph has errors", |one| one.message.as_str()))]
    HasErrors(Vec<Diagnostic>),
}

/// From stored canonical bytes. Refuses again what [`check`] refuses: what was stored under an older checker is not trusted.
///
/// # Errors
/// As [`check`]; and what has errors.
pub fn compile(body: &[u8]) -> Result<Graph, CompileError> {
    let graph: Value = serde_json::from_slice(body).map_err(|error| CompileError::Malformed(error.to_string()))?;
    let diagnostics = check(&graph)?;
    if diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
        return Err(CompileError::HasErrors(diagnostics));
    }
    ZEN_CONFIG.http_auth.store(false, Ordering::Relaxed);
    let mut content: GraphContent = serde_json::from_value(graph).map_err(|error| CompileError::Malformed(error.to_string()))?;
    content.compile();
    Ok(Graph(Arc::new(Compiled { decision: Decision::from(content) })))
}
