use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::arguments::{Kind, Object, etag, unmasked};
use crate::refusal::Refusal;
use crate::session::Session;
use crate::shown;

pub const DESCRIPTION: &str = "Replace the graph of a flow's draft. A half-finished graph is kept, with what is wrong with it; what flows may not run (function and custom nodes) is refused.";

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Arguments {
    /// The flow's slug or id.
    slug: String,
    /// Of the draft as you last read or wrote it.
    etag: String,
    /// The whole JDM graph: `{"nodes": [...], "edges": [...]}`. Keep the ids of nodes and rules that stay.
    graph: Object,
}

pub async fn run(session: &Session, arguments: Arguments) -> Result<Value, Refusal> {
    let Arguments { slug, etag: seen, graph } = arguments;
    let graph = Value::Object(graph);
    unmasked(&graph)?;
    let draft = session.client.put_draft(Kind::Flow.selector(&slug), &graph, Some(etag(&seen)?)).await?;
    Ok(shown::draft_state(Kind::Flow, &slug, &draft).into())
}
