//! What breaks the schema, said in a user's words.

use std::sync::LazyLock;

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{ValidationError, Validator};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{MAX_FILTER_BYTES, SCHEMA, event_flows};
use crate::pointer;

/// How many violations one refusal lists.
pub const MAX_VIOLATIONS: usize = 100;

/// A part of a config that breaks the schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    /// Which part: a JSON Pointer.
    pub pointer: String,
    /// What is wrong with it, and what would be right.
    pub detail: String,
}

#[expect(clippy::expect_used, reason = "the schema is part of the program: a test compiles it")]
static VALIDATOR: LazyLock<Validator> = LazyLock::new(|| {
    let schema: Value = serde_json::from_str(SCHEMA).expect("the schema is JSON");
    jsonschema::validator_for(&schema).expect("the schema is a JSON Schema")
});

pub(super) fn of(config: &Value) -> Vec<Violation> {
    let mut violations = Vec::new();
    // Errors are collected, and cost memory, all at once: the good case needn't.
    if !VALIDATOR.is_valid(config) {
        violations.extend(VALIDATOR.iter_errors(config).take(MAX_VIOLATIONS).map(|error| violation(&error)));
    }
    violations.extend(long_filters(config));
    violations.truncate(MAX_VIOLATIONS);
    violations
}

/// The schema counts characters; the limit is in bytes.
fn long_filters(config: &Value) -> impl Iterator<Item = Violation> {
    event_flows(config).filter_map(|flow| {
        let filter = flow.body.get("filter")?.as_str()?;
        if filter.len() <= MAX_FILTER_BYTES || filter.chars().count() > MAX_FILTER_BYTES {
            return None;
        }
        let path = ["event_flows", flow.source, flow.event_type, "filter"].iter().fold(String::new(), |path, key| pointer::key(&path, key));
        Some(Violation { pointer: path, detail: too_long() })
    })
}

fn too_long() -> String {
    format!("must be at most {MAX_FILTER_BYTES} bytes long")
}

fn violation(error: &ValidationError) -> Violation {
    let path = error.instance_path().to_string();
    if let ValidationErrorKind::PropertyNames { error: name } = error.kind() {
        let name = name.instance().as_str().unwrap_or_default();
        let detail = "this name is not allowed: a name is 1 to 128 letters, digits, and _ . : - (and not . or ..)";
        return Violation { pointer: pointer::key(&path, name), detail: detail.to_owned() };
    }
    Violation { pointer: path, detail: detail(error) }
}

fn detail(error: &ValidationError) -> String {
    match error.kind() {
        ValidationErrorKind::Type { kind: TypeKind::Single(wanted) } => {
            format!("must be {}, not {}", with_article(&wanted.to_string()), with_article(kind_of(error.instance())))
        }
        ValidationErrorKind::Required { property } => format!("lacks the required key {property}"),
        ValidationErrorKind::Constant { expected_value } => format!("must be {expected_value}"),
        ValidationErrorKind::Enum { options } => {
            let options: Vec<String> = options.as_array().into_iter().flatten().map(Value::to_string).collect();
            format!("must be one of {}", options.join(", "))
        }
        ValidationErrorKind::MaxLength { .. } => too_long(),
        // The library's own words, without the value: it may be long, or secret.
        _ => error.masked().to_string(),
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn with_article(kind: &str) -> String {
    match kind {
        "null" => kind.to_owned(),
        "array" | "object" | "integer" => format!("an {kind}"),
        _ => format!("a {kind}"),
    }
}
