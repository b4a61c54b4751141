//! The list of tools. What agents see, what they may call and what the tests walk is read from it.

mod create;
mod diff;
mod drift;
mod evaluate_draft;
mod explain_conflict;
mod get_draft;
mod get_published;
mod history;
mod list_resources;
mod list_runs;
mod patch_draft;
mod put_entity;
mod put_event_flow;
mod put_flow_graph;
mod put_settings;
mod request_publish;
mod restore_into_draft;
mod validate;

use std::pin::Pin;
use std::sync::Arc;

use rmcp::handler::server::tool::schema_for_input;
use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use serde_json::Value;

use crate::refusal::Refusal;
use crate::session::Session;

/// What a tool does to the workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nature {
    /// Nothing.
    Reads,
    /// Nothing, but it leaves a run.
    Runs,
    /// Adds a draft.
    Adds,
    /// Changes a draft; what it held stays in its history.
    Changes,
}

type Calling = Pin<Box<dyn Future<Output = Result<Value, Refusal>> + Send>>;

pub(crate) struct Entry {
    pub name: &'static str,
    nature: Nature,
    description: &'static str,
    schema: fn() -> Result<Arc<JsonObject>, String>,
    pub call: fn(Session, Value) -> Calling,
}

macro_rules! tools {
    ($($nature:ident $name:ident)*) => {
        pub(crate) const TOOLS: &[Entry] = &[$(Entry {
            name: stringify!($name),
            nature: Nature::$nature,
            description: $name::DESCRIPTION,
            schema: schema_for_input::<$name::Arguments>,
            call: |session, arguments| Box::pin(async move { $name::run(&session, crate::arguments::read(arguments)?).await }),
        },)*];
    };
}

tools! {
    Reads   list_resources
    Reads   get_draft
    Reads   get_published
    Reads   diff
    Reads   validate
    Reads   history
    Reads   drift
    Reads   list_runs
    Runs    evaluate_draft
    Reads   explain_conflict
    Adds    create
    Changes patch_draft
    Changes put_entity
    Changes put_event_flow
    Changes put_settings
    Changes put_flow_graph
    Changes restore_into_draft
    Reads   request_publish
}

impl Entry {
    pub fn by_name(name: &str) -> Option<&'static Entry> {
        TOOLS.iter().find(|entry| entry.name == name)
    }

    pub fn tool(&self) -> Tool {
        let annotations = ToolAnnotations::new()
            .read_only(self.nature == Nature::Reads)
            .destructive(self.nature == Nature::Changes)
            .idempotent(self.nature == Nature::Reads)
            .open_world(false);
        // Every Arguments is a struct, and a struct's schema is an object: a test holds them to it.
        let schema = (self.schema)().unwrap_or_default();
        Tool::new(self.name, self.description, schema).with_annotations(annotations)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tool_says_what_it_takes() {
        for entry in TOOLS {
            let schema = (entry.schema)().unwrap();
            assert_eq!(schema["type"], "object", "{}", entry.name);
            assert_eq!(schema["additionalProperties"], false, "{}", entry.name);
            for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
                assert!(property.get("description").is_some(), "{}.{name} is not described", entry.name);
            }
        }
    }

    #[test]
    fn what_writes_a_draft_needs_its_etag() {
        for entry in TOOLS {
            let schema = (entry.schema)().unwrap();
            let required = schema.get("required").and_then(Value::as_array).is_some_and(|all| all.contains(&"etag".into()));
            assert_eq!(required, entry.nature == Nature::Changes, "{}", entry.name);
        }
    }

    #[test]
    fn none_publishes_or_deletes() {
        let banned = ["publish", "rollback", "delete", "archive", "reset", "merge", "token", "member", "governance"];
        let all = TOOLS.iter().map(|entry| entry.name).filter(|name| *name != "request_publish" && *name != "get_published");
        assert!(all.into_iter().all(|name| !banned.iter().any(|word| name.contains(word))));
    }
}
