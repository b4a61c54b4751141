//! What connectors and flows do differently. Everything else about drafts, versions and publishes is one code for both.

use std::fmt;

use domain::Canonical;
use domain::identity::ResourceType;
use serde_json::Value;
use store::drafts::Draft;

use crate::problem::{Problem, Result};

/// A type of resource. Its functions stand here as pointers so that what handles connectors does not link the decision engine.
#[derive(Clone, Copy)]
pub struct Kind {
    pub resource: ResourceType,
    /// The document before the first version.
    pub empty: fn() -> Value,
    /// What the rules of the type say of a document. A refusal (422) means that it is not even saved.
    pub check: fn(&Value) -> Result<Verdict>,
    /// Raised whenever `check` judges differently; the migrate job renews the verdicts of all drafts then.
    pub checker_version: i32,
    /// The verdict about a stored document that is refused by now.
    pub refused: fn(&Problem) -> Value,
    /// What a draft's answer says beside the document.
    pub state: fn(&Draft) -> Result<Value>,
}

/// What a checker found.
pub struct Verdict {
    pub publishable: bool,
    /// In the form of the type: what drafts answer and what a refused publish lists.
    pub diagnostics: Value,
    /// A connector's event flows; flows have none.
    pub manifest: Option<Canonical>,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.resource.fmt(f)
    }
}

impl Kind {
    /// What bodies call the document.
    pub const fn member(&self) -> &'static str {
        Kind::member_of(self.resource)
    }

    pub const fn member_of(resource: ResourceType) -> &'static str {
        match resource {
            ResourceType::Connector => "config",
            ResourceType::Flow => "graph",
        }
    }

    /// Both types, for calls that take either; such a function links the decision engine.
    pub fn of(resource: ResourceType) -> Kind {
        match resource {
            ResourceType::Connector => crate::connectors::KIND,
            ResourceType::Flow => crate::flows::KIND,
        }
    }
}
