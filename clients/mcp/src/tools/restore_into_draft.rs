use schemars::JsonSchema;
use sdk::Which;
use serde::Deserialize;
use serde_json::Value;
use wire::problem::Code;

use crate::arguments::{Kind, etag};
use crate::refusal::Refusal;
use crate::session::Session;
use crate::shown;

pub const DESCRIPTION: &str = "Copy a former version, or a snapshot from the history, into the draft. Nothing is published.";

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Arguments {
    /// `connector` or `flow`.
    #[serde(rename = "type")]
    kind: Kind,
    /// Slug or id.
    slug: String,
    /// Of the draft as you last read or wrote it.
    etag: String,
    /// A version's number; or else `snapshot`.
    version: Option<i32>,
    /// A snapshot's number, from history.
    snapshot: Option<i64>,
}

pub async fn run(session: &Session, arguments: Arguments) -> Result<Value, Refusal> {
    let Arguments { kind, slug, etag: seen, version, snapshot } = arguments;
    let which = match (version, snapshot) {
        (Some(version), None) => Which::Version(version),
        (None, Some(snapshot)) => Which::Snapshot(snapshot),
        _ => {
            return Err(Refusal::new(Code::InvalidBody, "Say what to restore: `version` or `snapshot`, one of them. Nothing was changed."));
        }
    };
    let draft = session.client.restore(kind.selector(&slug), which, Some(etag(&seen)?)).await?;
    Ok(shown::draft_state(kind, &slug, &draft).into())
}
