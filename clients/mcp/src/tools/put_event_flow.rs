use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::arguments::{Kind, Object, etag, name, unmasked};
use crate::refusal::Refusal;
use crate::session::Session;
use crate::shown;

pub const DESCRIPTION: &str =
    "Add or replace one event flow of a connector's draft: what is done when an event of this source and type arrives.";

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Arguments {
    /// The connector's slug or id.
    slug: String,
    /// Of the draft as you last read or wrote it.
    etag: String,
    /// Where the event comes from.
    source: String,
    /// The event's type.
    #[serde(rename = "type")]
    event_type: String,
    /// `{"entity", "action": "upsert"|"delete"|"ignore", "mapping": {FIELD: PATH}, "filter"?, "enabled"?}`.
    event_flow: Object,
}

pub async fn run(session: &Session, arguments: Arguments) -> Result<Value, Refusal> {
    let Arguments { slug, etag: seen, source, event_type, event_flow } = arguments;
    let event_flow = Value::Object(event_flow);
    unmasked(&event_flow)?;
    let (source, event_type) = (name("`source`", &source)?, name("`type`", &event_type)?);
    let draft = session.client.put_event_flow(&slug, source, event_type, &event_flow, Some(etag(&seen)?)).await?;
    Ok(shown::draft_state(Kind::Connector, &slug, &draft).into())
}
