//! What is wrong with a graph, as drafts keep it.

use engine::{Diagnostic, Refusal, RefusalCode, Severity};
use serde_json::{Value, json};
use wire::problem::{BodyError, Code};

use crate::kind::Verdict;
use crate::problem::{Problem, Result};

/// What could harm the process, or is no graph, is refused; a half-finished graph is kept, and blocks a publish.
pub fn check(graph: &Value) -> Result<Verdict> {
    let diagnostics = engine::check(graph).map_err(refusal)?;
    Ok(Verdict {
        publishable: diagnostics.iter().all(|diagnostic| diagnostic.severity != Severity::Error),
        diagnostics: json!({"diagnostics": diagnostics}),
        manifest: None,
    })
}

/// A checker that became stricter makes a stored draft unpublishable; what it found is told with node and place.
pub fn refused(problem: &Problem) -> Value {
    if let Some(found) = problem.get("diagnostics") {
        return json!({"diagnostics": found});
    }
    let error = |finding: wire::connectors::Finding| Diagnostic {
        severity: Severity::Error,
        code: finding.code,
        message: finding.message,
        node_id: None,
        path: finding.path,
    };
    json!({"diagnostics": problem.findings().into_iter().map(error).collect::<Vec<_>>()})
}

fn refusal(Refusal { code, diagnostics }: Refusal) -> Problem {
    let (code, what) = match code {
        RefusalCode::UnsupportedNode => (Code::UnsupportedNode, "The graph holds what flows may not run"),
        RefusalCode::GraphTooComplex => (Code::GraphTooComplex, "The graph is larger or deeper than flows may be"),
        RefusalCode::SchemaViolation => (Code::SchemaViolation, "The graph is not of the form of a decision graph"),
    };
    let first = diagnostics.first().map(|first| first.message.clone()).unwrap_or_default();
    let errors = diagnostics.iter().map(|Diagnostic { path, message, .. }| BodyError { pointer: path.clone(), detail: message.clone() });
    Problem::new(code, format!("{what}: {first}. Nothing was changed; `diagnostics` lists what was found."))
        .errors(errors.collect())
        .fact("diagnostics", &diagnostics)
}
