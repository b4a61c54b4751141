//! Items back into types. An item that lacks something is refused whole, with the attribute's name.

use aws_sdk_dynamodb::types::AttributeValue;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use domain::identity::ResourceType;
use uuid::Uuid;

use crate::ReplicaError;
use crate::schema::{CURRENT, Current, Item, PK, RESOURCE_PREFIX, SK};

/// What a workspace has: one line of its index.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    pub resource_type: ResourceType,
    pub slug: String,
    pub resource_id: Uuid,
}

pub(crate) fn current(workspace_id: Uuid, resource_id: Uuid, item: &Item) -> Result<Current, ReplicaError> {
    Ok(Current {
        workspace_id,
        resource_id,
        resource_type: parsed(text(item, "type")?, "type")?,
        slug: text(item, "slug")?.to_owned(),
        epoch: parsed(number(item, "epoch")?, "epoch")?,
        version: parsed(number(item, "version")?, "version")?,
        digest: parsed(text(item, "digest")?, "digest")?,
        manifest_digest: parsed(text(item, "manifest_digest")?, "manifest_digest")?,
        archived: item.get("archived").and_then(|value| value.as_bool().ok()).copied().ok_or_else(|| lacks(item, "archived"))?,
        published_at: parsed::<DateTime<Utc>>(text(item, "published_at")?, "published_at")?,
        chunks: parsed(number(item, "chunks")?, "chunks")?,
        manifest_chunks: parsed(number(item, "manifest_chunks")?, "manifest_chunks")?,
        supersedes: parsed(number(item, "supersedes")?, "supersedes")?,
        body: blob(item, "body"),
    })
}

/// The workspace and resource of a `CURRENT` item, from its keys.
pub(crate) fn owner(item: &Item) -> Option<(Uuid, Uuid)> {
    let (workspace, resource) = text(item, PK).ok()?.strip_prefix("WS#")?.split_once("#RESOURCE#")?;
    (text(item, SK).ok()? == CURRENT).then_some((workspace.parse().ok()?, resource.parse().ok()?))
}

pub(crate) fn listed(item: &Item) -> Result<Listed, ReplicaError> {
    let (kind, slug) =
        text(item, SK)?.strip_prefix(RESOURCE_PREFIX).and_then(|rest| rest.split_once('#')).ok_or_else(|| lacks(item, "RESOURCE#"))?;
    Ok(Listed { resource_type: parsed(kind, "type")?, slug: slug.to_owned(), resource_id: resource_id(item)? })
}

pub(crate) fn resource_id(item: &Item) -> Result<Uuid, ReplicaError> {
    parsed(text(item, "resource_id")?, "resource_id")
}

pub(crate) fn blob(item: &Item, name: &str) -> Option<Bytes> {
    item.get(name).and_then(|value| value.as_b().ok()).map(|blob| Bytes::copy_from_slice(blob.as_ref()))
}

pub(crate) fn text<'a>(item: &'a Item, name: &str) -> Result<&'a str, ReplicaError> {
    item.get(name).and_then(|value| value.as_s().ok()).map(String::as_str).ok_or_else(|| lacks(item, name))
}

fn number<'a>(item: &'a Item, name: &str) -> Result<&'a str, ReplicaError> {
    item.get(name).and_then(|value| value.as_n().ok()).map(String::as_str).ok_or_else(|| lacks(item, name))
}

fn parsed<T: std::str::FromStr>(value: &str, name: &str) -> Result<T, ReplicaError> {
    value.parse().map_err(|_| ReplicaError::permanent("reading an item", format!("its {name} is {value:?}")))
}

fn lacks(item: &Item, name: &str) -> ReplicaError {
    let part = |key| item.get(key).and_then(|value: &AttributeValue| value.as_s().ok()).map_or("?", String::as_str);
    ReplicaError::permanent("reading an item", format!("{} / {} lacks {name}", part(PK), part(SK)))
}
