//! What tools are called with.

use domain::connector;
use domain::digest::Digest;
use domain::identity::ResourceType;
use schemars::JsonSchema;
use sdk::Selector;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use wire::problem::Code;

use crate::masking;
use crate::refusal::Refusal;

/// A JSON object of any form.
pub(crate) type Object = Map<String, Value>;

/// What a resource is: a config that workers execute, or a graph that decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub(crate) enum Kind {
    Connector,
    Flow,
}

impl From<Kind> for ResourceType {
    fn from(kind: Kind) -> ResourceType {
        match kind {
            Kind::Connector => ResourceType::Connector,
            Kind::Flow => ResourceType::Flow,
        }
    }
}

impl Kind {
    pub fn selector(self, id: &str) -> Selector<'_> {
        Selector { kind: self.into(), id }
    }

    /// What its document is called.
    pub fn member(self) -> &'static str {
        match self {
            Kind::Connector => "config",
            Kind::Flow => "graph",
        }
    }
}

/// The arguments in the form that a tool takes.
pub(crate) fn read<T: DeserializeOwned>(arguments: Value) -> Result<T, Refusal> {
    T::deserialize(arguments).map_err(|error| {
        let error = error.to_string();
        let next =
            if error.contains("`etag`") { ": a draft is written only by who has read it. Call get_draft, and send its etag" } else { "" };
        Refusal::new(Code::InvalidBody, format!("The arguments are not what this tool takes: {error}{next}. Nothing was changed."))
    })
}

/// The draft that the agent last read.
pub(crate) fn etag(text: &str) -> Result<Digest, Refusal> {
    let bare = text.trim().trim_matches('"');
    bare.parse().map_err(|_| {
        Refusal::new(
            Code::InvalidBody,
            format!(
                "`etag` takes the etag that get_draft or the last write answered, 64 hex digits; {text:?} is none. Nothing was changed."
            ),
        )
    })
}

/// Refuses masks: they would replace what they stand for.
pub(crate) fn unmasked(written: &Value) -> Result<(), Refusal> {
    let masks = masking::masks_in(written);
    if masks.is_empty() { Ok(()) } else { Err(Refusal::masked(masks)) }
}

/// Of an entity or an event: said here rather than by an address that is not found.
pub(crate) fn name<'a>(what: &str, text: &'a str) -> Result<&'a str, Refusal> {
    if connector::is_name(text) {
        return Ok(text);
    }
    let detail = format!(
        "{what} takes 1 to 128 letters, digits and _ . : -, and not . or .. alone; {text:?} is not of that form. Nothing was changed."
    );
    Err(Refusal::new(Code::InvalidBody, detail))
}
