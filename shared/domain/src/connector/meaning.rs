//! What a config that fits the schema gets wrong: names that lead nowhere, and keys that nothing reads.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::event_flows;
use crate::pointer::{self, of_keys};

/// How many warnings, and how many blockers, are told one by one.
pub const MAX_FINDINGS: usize = 1000;

const CONFIG_KEYS: &[&str] = &["schema_version", "entities", "event_flows", "settings"];
const ENTITY_KEYS: &[&str] = &["fields", "key", "description"];
const FIELD_KEYS: &[&str] = &["type", "required", "description"];
const EVENT_FLOW_KEYS: &[&str] = &["entity", "action", "mapping", "filter", "enabled"];
const FIELD_TYPES: &[&str] = &["string", "integer", "number", "boolean", "date", "datetime", "object", "array"];

/// Something to tell the author of a config.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What it is, for programs.
    pub code: FindingCode,
    /// What it is, for people.
    pub message: String,
    /// Where: a JSON Pointer.
    pub path: String,
}

/// What a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingCode {
    /// Blocks: an event flow's entity doesn't exist.
    UnknownEntity,
    /// Blocks: a mapping fills a field that its entity doesn't have.
    UnknownMappingField,
    /// Blocks: an entity's key names a field that it doesn't have.
    UnknownKeyField,
    /// Warns: a key that the schema doesn't know.
    UnknownKey,
    /// Warns: a field type that the schema doesn't know.
    UnknownFieldType,
    /// There are more than [`MAX_FINDINGS`]: an answer must end somewhere.
    MoreFindings,
}

/// What a check found in a config that fits the schema.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Findings {
    /// What may be a mistake.
    pub warnings: Vec<Finding>,
    /// What breaks meaning: stored, but not published.
    pub blockers: Vec<Finding>,
}

impl Findings {
    /// Whether a config with these findings may be published.
    pub fn publishable(&self) -> bool {
        self.blockers.is_empty()
    }

    /// `warnings` as answers carry them: what blocks a publish comes first, then what only warns.
    pub fn all_warnings(&self) -> Vec<Finding> {
        self.blockers.iter().chain(&self.warnings).cloned().collect()
    }
}

pub(super) fn findings(config: &Value) -> Findings {
    let mut found = Found { warnings: Listed::default(), blockers: Listed::default() };
    found.unknown_keys(config, CONFIG_KEYS, "a connector config", String::new);
    let entities = config.get("entities").and_then(Value::as_object);
    for (name, entity) in entities.into_iter().flatten() {
        found.in_entity(name, entity);
    }
    for flow in event_flows(config) {
        let path = || of_keys(&["event_flows", flow.source, flow.event_type]);
        found.in_event_flow(flow.body, entities, path);
    }
    Findings { warnings: found.warnings.finish(), blockers: found.blockers.finish() }
}

struct Found {
    warnings: Listed,
    blockers: Listed,
}

impl Found {
    fn in_entity(&mut self, name: &str, entity: &Value) {
        self.unknown_keys(entity, ENTITY_KEYS, "an entity", || of_keys(&["entities", name]));
        let fields = fields(entity);
        for (index, field) in entity.get("key").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).enumerate() {
            if !has(fields, field) {
                let message = || format!("the key of the entity {name:?} names the field {:?}, which it doesn't have", shown(field));
                self.blockers.add(FindingCode::UnknownKeyField, message, || of_keys(&["entities", name, "key", &index.to_string()]));
            }
        }
        for (field, definition) in fields.into_iter().flatten() {
            self.unknown_keys(definition, FIELD_KEYS, "a field", || of_keys(&["entities", name, "fields", field]));
            let Some(kind) = definition.get("type").and_then(Value::as_str) else { continue };
            if !FIELD_TYPES.contains(&kind) {
                let message = || format!("{:?} is no known field type; known are {}", shown(kind), FIELD_TYPES.join(", "));
                self.warnings.add(FindingCode::UnknownFieldType, message, || of_keys(&["entities", name, "fields", field, "type"]));
            }
        }
    }

    fn in_event_flow(&mut self, flow: &Value, entities: Option<&Map<String, Value>>, path: impl Fn() -> String) {
        self.unknown_keys(flow, EVENT_FLOW_KEYS, "an event flow", &path);
        let Some(name) = flow.get("entity").and_then(Value::as_str) else { return };
        let Some(entity) = entities.and_then(|entities| entities.get(name)) else {
            let message = || format!("this event flow is for the entity {:?}, which the config doesn't have", shown(name));
            return self.blockers.add(FindingCode::UnknownEntity, message, || pointer::key(&path(), "entity"));
        };
        let fields = fields(entity);
        for target in flow.get("mapping").and_then(Value::as_object).into_iter().flat_map(Map::keys) {
            if !has(fields, target) {
                let message = || format!("this mapping fills the field {:?}, which the entity {name:?} doesn't have", shown(target));
                self.blockers.add(FindingCode::UnknownMappingField, message, || pointer::key(&pointer::key(&path(), "mapping"), target));
            }
        }
    }

    fn unknown_keys(&mut self, object: &Value, known: &[&str], what: &str, path: impl Fn() -> String) {
        for key in object.as_object().into_iter().flat_map(Map::keys).filter(|key| !known.contains(&key.as_str())) {
            let message = || format!("{:?} is no key of {what} ({}); it is stored, but nothing reads it", shown(key), known.join(", "));
            self.warnings.add(FindingCode::UnknownKey, message, || pointer::key(&path(), key));
        }
    }
}

/// Findings up to [`MAX_FINDINGS`], and a count of the rest.
#[derive(Default)]
struct Listed {
    findings: Vec<Finding>,
    more: usize,
}

impl Listed {
    fn add(&mut self, code: FindingCode, message: impl Fn() -> String, path: impl Fn() -> String) {
        if self.findings.len() < MAX_FINDINGS {
            self.findings.push(Finding { code, message: message(), path: path() });
        } else {
            self.more += 1;
        }
    }

    fn finish(mut self) -> Vec<Finding> {
        if self.more > 0 {
            let message = format!("and {} more like these", self.more);
            self.findings.push(Finding { code: FindingCode::MoreFindings, message, path: String::new() });
        }
        self.findings
    }
}

fn fields(entity: &Value) -> Option<&Map<String, Value>> {
    entity.get("fields").and_then(Value::as_object)
}

fn has(fields: Option<&Map<String, Value>>, name: &str) -> bool {
    fields.is_some_and(|fields| fields.contains_key(name))
}

/// A name in a message: keys that the schema leaves free can be megabytes long.
fn shown(name: &str) -> String {
    if name.chars().nth(128).is_none() { name.to_owned() } else { name.chars().take(128).chain(['…']).collect() }
}
