use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::arguments::{Kind, Object, etag, name, unmasked};
use crate::refusal::Refusal;
use crate::session::Session;
use crate::shown;

pub const DESCRIPTION: &str = "Add or replace one entity of a connector's draft.";

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Arguments {
    /// The connector's slug or id.
    slug: String,
    /// Of the draft as you last read or wrote it.
    etag: String,
    /// The entity's name.
    name: String,
    /// `{"fields": {NAME: {"type", "required"?, "description"?}}, "key"?: [NAME], "description"?}`.
    entity: Object,
}

pub async fn run(session: &Session, arguments: Arguments) -> Result<Value, Refusal> {
    let Arguments { slug, etag: seen, name: entity_name, entity } = arguments;
    let entity = Value::Object(entity);
    unmasked(&entity)?;
    let draft = session.client.put_entity(&slug, name("`name`", &entity_name)?, &entity, Some(etag(&seen)?)).await?;
    Ok(shown::draft_state(Kind::Connector, &slug, &draft).into())
}
