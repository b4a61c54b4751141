use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::arguments::{Kind, Object, etag, unmasked};
use crate::refusal::Refusal;
use crate::session::Session;
use crate::shown;

pub const DESCRIPTION: &str = "Replace the settings of a connector's draft, all of them. Where some of them are masked use patch_draft, which keeps what it does not name. A secret is written as a reference: `secretsmanager:...` or `env:...`.";

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Arguments {
    /// The connector's slug or id.
    slug: String,
    /// Of the draft as you last read or wrote it.
    etag: String,
    /// All settings.
    settings: Object,
}

pub async fn run(session: &Session, arguments: Arguments) -> Result<Value, Refusal> {
    let Arguments { slug, etag: seen, settings } = arguments;
    let settings = Value::Object(settings);
    unmasked(&settings)?;
    let draft = session.client.put_settings(&slug, &settings, Some(etag(&seen)?)).await?;
    Ok(shown::draft_state(Kind::Connector, &slug, &draft).into())
}
