//! What is wrong with a graph.

use serde_json::Value;

use crate::document;
use crate::finding::{Diagnostic, Findings, Refusal};
use crate::wiring;

/// What is wrong with a graph; it can be published and evaluated when nothing has [`Severity::Error`](crate::Severity::Error).
///
/// # Errors
/// What is refused on write: see [`RefusalCode`](crate::RefusalCode).
pub fn check(graph: &Value) -> Result<Vec<Diagnostic>, Refusal> {
    let document = document::read(graph)?;
    let mut errors = Findings::default();
    wiring::look(&document, &mut errors);
    Ok(errors.finish())
}
