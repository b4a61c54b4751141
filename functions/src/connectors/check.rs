//! What is wrong with a config, as drafts keep it.

use domain::{Canonical, connector};
use serde_json::{Value, json};
use wire::problem::{BodyError, Code};

use crate::kind::Verdict;
use crate::problem::{Problem, Result};

/// A schema that became stricter makes a stored draft unpublishable, with the violations as its blockers.
pub fn refused(problem: &Problem) -> Value {
    json!({"warnings": problem.findings(), "blockers": problem.findings()})
}

/// What breaks the schema is refused; what breaks its meaning is kept, and blocks a publish.
pub fn check(config: &Value) -> Result<Verdict> {
    let findings = connector::check(config).map_err(|violations| {
        let errors = violations.into_iter().map(|violation| BodyError { pointer: violation.pointer, detail: violation.detail }).collect();
        Problem::new(Code::SchemaViolation, "The config would break the connector schema; `errors` says where. Nothing was changed.")
            .errors(errors)
    })?;
    Ok(Verdict {
        publishable: findings.publishable(),
        diagnostics: json!({"warnings": findings.all_warnings(), "blockers": findings.blockers}),
        manifest: Some(Canonical::of(&connector::manifest(config))),
    })
}
