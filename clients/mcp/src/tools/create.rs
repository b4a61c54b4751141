use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use wire::problem::Code;

use crate::arguments::{Kind, Object, unmasked};
use crate::refusal::Refusal;
use crate::session::Session;
use crate::shown;

pub const DESCRIPTION: &str =
    "Make a new connector or flow. It begins as a draft; nothing runs it before a person publishes it. Answers the first etag.";

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Arguments {
    /// `connector` or `flow`.
    #[serde(rename = "type")]
    kind: Kind,
    /// Lowercase letters, digits and single hyphens, at most 64; never changed, never used again.
    slug: String,
    /// For people; the slug when left out.
    name: Option<String>,
    /// Of a connector: a v3 config. Empty when left out.
    config: Option<Object>,
    /// Of a flow: a JDM graph. Empty when left out.
    graph: Option<Object>,
}

pub async fn run(session: &Session, arguments: Arguments) -> Result<Value, Refusal> {
    let Arguments { kind, slug, name, config, graph } = arguments;
    let document = match (kind, config, graph) {
        (Kind::Connector, config, None) => config,
        (Kind::Flow, None, graph) => graph,
        _ => return Err(Refusal::new(Code::InvalidBody, "A connector takes `config`, a flow takes `graph`. Nothing was made.")),
    };
    let document = document.map(Value::Object);
    document.as_ref().map_or(Ok(()), unmasked)?;
    let name = name.unwrap_or_else(|| slug.clone());
    let created = session.client.create_resource(kind.into(), &slug, &name, document.as_ref()).await?;
    let mut answer = shown::object(shown::resource(&created.resource));
    answer.insert("etag".to_owned(), json!(created.etag));
    answer.insert("baseVersion".to_owned(), created.base_version.into());
    shown::findings(&mut answer, &created.findings);
    Ok(answer.into())
}
