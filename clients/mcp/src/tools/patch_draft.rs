use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::arguments::{Kind, Object, etag, unmasked};
use crate::refusal::Refusal;
use crate::session::Session;
use crate::shown;

pub const DESCRIPTION: &str = "Change parts of a connector's draft with a JSON merge patch (RFC 7396): what the patch does not name stays, null removes, arrays are replaced. A flow's draft takes put_flow_graph.";

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Arguments {
    /// The connector's slug or id.
    slug: String,
    /// Of the draft as you last read or wrote it.
    etag: String,
    /// Any subset of the config: `{"settings": {"batch": 100}}`.
    patch: Object,
}

pub async fn run(session: &Session, arguments: Arguments) -> Result<Value, Refusal> {
    let Arguments { slug, etag: seen, patch } = arguments;
    let patch = Value::Object(patch);
    unmasked(&patch)?;
    let draft = session.client.patch_connector_draft(&slug, &patch, Some(etag(&seen)?)).await?;
    Ok(shown::draft_state(Kind::Connector, &slug, &draft).into())
}
