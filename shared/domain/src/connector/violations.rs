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

/// Whether this may be the name of an entity, a field, a source or an event type. The schema says the same.
pub fn is_name(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_.:-".contains(&byte);
    (1..=128).contains(&text.len()) && text.bytes().all(allowed) && text != "." && text != ".."
}

pub(super) fn of(config: &Value) -> Vec<Violation> {
    let mut violations: Vec<Violation> = bad_names(config).take(MAX_VIOLATIONS).collect();
    // The validator collects its errors all at once: over a second for 4 MB of bad names. The good case needs none of it.
    if violations.len() < MAX_VIOLATIONS && !VALIDATOR.is_valid(config) {
        let others = VALIDATOR.iter_errors(config).filter(|error| !matches!(error.kind(), ValidationErrorKind::PropertyNames { .. }));
        violations.extend(others.take(MAX_VIOLATIONS).map(|error| violation(&error)));
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
        Some(Violation { pointer: pointer::of_keys(&["event_flows", flow.source, flow.event_type, "filter"]), detail: too_long() })
    })
}

fn bad_names(config: &Value) -> impl Iterator<Item = Violation> {
    let entities = members(config.get("entities")).flat_map(|(entity, body)| {
        let fields = members(body.get("fields")).filter(|(field, _)| !is_name(field));
        let fields = fields.map(move |(field, _)| bad_name(&["entities", entity, "fields", field]));
        (!is_name(entity)).then(|| bad_name(&["entities", entity])).into_iter().chain(fields)
    });
    let event_flows = members(config.get("event_flows")).flat_map(|(source, types)| {
        let types = members(Some(types)).filter(|(event_type, _)| !is_name(event_type));
        let types = types.map(move |(event_type, _)| bad_name(&["event_flows", source, event_type]));
        (!is_name(source)).then(|| bad_name(&["event_flows", source])).into_iter().chain(types)
    });
    entities.chain(event_flows)
}

fn bad_name(keys: &[&str]) -> Violation {
    let detail = "this name is not allowed: a name is 1 to 128 letters, digits, and _ . : - (and not . or ..)";
    Violation { pointer: pointer::of_keys(keys), detail: detail.to_owned() }
}

fn members(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    value.and_then(Value::as_object).into_iter().flatten()
}

fn too_long() -> String {
    format!("must be at most {MAX_FILTER_BYTES} bytes long")
}

fn violation(error: &ValidationError) -> Violation {
    Violation { pointer: error.instance_path().to_string(), detail: detail(error) }
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
