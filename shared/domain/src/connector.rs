//! Connector configs, version 3: what they look like, what breaks them, and what workers are told of them.

mod meaning;
mod violations;

use serde_json::{Value, json};

pub use meaning::{Finding, FindingCode, Findings, MAX_FINDINGS};
pub use violations::{MAX_VIOLATIONS, Violation, is_name};

/// The JSON Schema (2020-12) of a config, as `GET /api/schemas/connector-v3.json` serves it.
pub const SCHEMA: &str = include_str!("connector/connector-v3.schema.json");

/// Raised whenever [`check`] judges differently; the verdicts of all drafts are renewed then.
pub const CHECKER_VERSION: i32 = 1;

/// The longest `filter` of an event flow, in bytes.
pub const MAX_FILTER_BYTES: usize = 4096;

/// The config of a connector that was created without one.
pub fn empty() -> Value {
    json!({"schema_version": "3.0", "entities": {}, "event_flows": {}, "settings": {}})
}

/// What is wrong with a config.
///
/// # Errors
/// What breaks the schema, at most [`MAX_VIOLATIONS`] of it: such a config is refused on write.
pub fn check(config: &Value) -> Result<Findings, Vec<Violation>> {
    let violations = violations::of(config);
    if violations.is_empty() { Ok(meaning::findings(config)) } else { Err(violations) }
}

/// The event flows that a worker subscribes to: `{source, type, entity, action, enabled}`, sorted by source and type.
pub fn manifest(config: &Value) -> Value {
    let mut flows: Vec<_> = event_flows(config).collect();
    flows.sort_by_key(|flow| (flow.source, flow.event_type));
    flows
        .into_iter()
        .map(|flow| {
            let enabled = flow.body.get("enabled").and_then(Value::as_bool).unwrap_or(true);
            json!({"source": flow.source, "type": flow.event_type, "entity": flow.body.get("entity"), "action": flow.body.get("action"), "enabled": enabled})
        })
        .collect()
}

/// One event flow and where it stands.
struct EventFlow<'a> {
    source: &'a str,
    event_type: &'a str,
    body: &'a Value,
}

fn event_flows(config: &Value) -> impl Iterator<Item = EventFlow<'_>> {
    let sources = config.get("event_flows").and_then(Value::as_object).into_iter().flatten();
    sources.flat_map(|(source, types)| {
        types.as_object().into_iter().flatten().map(|(event_type, body)| EventFlow { source, event_type, body })
    })
}

#[cfg(test)]
mod tests;
