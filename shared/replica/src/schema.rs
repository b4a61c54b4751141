//! The shape of the table: keys, attributes, sizes. Nothing here talks to DynamoDB.
//!
//! ```text
//! WS#<ws>                 RESOURCE#<type>#<slug>     resource_id
//! WS#<ws>#RESOURCE#<id>   CURRENT                    what workers run now
//! WS#<ws>#RESOURCE#<id>   V#<0000000017>#C#<003>     a chunk of that version's body
//! WS#<ws>#RESOURCE#<id>   V#<0000000017>#M#<000>     a chunk of that version's manifest
//! ```

use std::collections::HashMap;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, Utc};
use domain::digest::Digest;
use domain::identity::ResourceType;
use uuid::Uuid;

pub(crate) type Item = HashMap<String, AttributeValue>;

pub const PK: &str = "pk";
pub const SK: &str = "sk";
/// The sort key of the item that tells which version is in force.
pub const CURRENT: &str = "CURRENT";
/// Epoch seconds after which DynamoDB may remove a superseded chunk.
pub const EXPIRES_AT: &str = "expires_at";
/// `CURRENT` carries the body itself while the whole item stays within this: DynamoDB bills a poll by the item, in steps of 4 KB.
pub const INLINE_ITEM_BYTES: usize = 4 * 1024;

pub fn workspace_pk(workspace: Uuid) -> String {
    format!("WS#{workspace}")
}

pub fn resource_pk(workspace: Uuid, resource: Uuid) -> String {
    format!("WS#{workspace}#RESOURCE#{resource}")
}

pub const RESOURCE_PREFIX: &str = "RESOURCE#";

pub fn slug_sk(resource_type: ResourceType, slug: &str) -> String {
    format!("{RESOURCE_PREFIX}{}#{slug}", resource_type.as_str())
}

/// The common start of a version's chunks. As text, these sort as the versions do.
pub fn version_prefix(version: i64) -> String {
    format!("V#{version:010}")
}

pub fn body_chunk_sk(version: i64, index: usize) -> String {
    format!("{}#C#{index:03}", version_prefix(version))
}

pub fn manifest_chunk_sk(version: i64, index: usize) -> String {
    format!("{}#M#{index:03}", version_prefix(version))
}

/// Which of two publications is newer: the epoch first, because a restored database counts its versions from an earlier point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Order {
    pub epoch: i64,
    pub version: i64,
}

/// What a resource's `CURRENT` item says.
#[derive(Debug, Clone, PartialEq)]
pub struct Current {
    pub workspace_id: Uuid,
    pub resource_id: Uuid,
    pub resource_type: ResourceType,
    pub slug: String,
    pub epoch: i64,
    pub version: i64,
    /// sha256 of the canonical body.
    pub digest: Digest,
    /// sha256 of the canonical manifest.
    pub manifest_digest: Digest,
    /// A tombstone: the body is still there, but nobody should act on it.
    pub archived: bool,
    pub published_at: DateTime<Utc>,
    /// The body's chunk items; 0 when it is inline.
    pub chunks: usize,
    pub manifest_chunks: usize,
    /// The version that this one replaced (0: none), so that a repeated write can go on expiring its chunks.
    pub supersedes: i64,
    /// The compressed body, of a small one.
    pub body: Option<Bytes>,
}

impl Current {
    pub fn order(&self) -> Order {
        Order { epoch: self.epoch, version: self.version }
    }
}

pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(crate) fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

pub(crate) fn key(pk: impl Into<String>, sk: impl Into<String>) -> Item {
    Item::from([(PK.into(), text(pk)), (SK.into(), text(sk))])
}

pub(crate) fn slug_item(workspace: Uuid, resource_type: ResourceType, slug: &str, resource: Uuid) -> Item {
    let mut item = key(workspace_pk(workspace), slug_sk(resource_type, slug));
    item.insert("resource_id".into(), text(resource.to_string()));
    item
}

/// A chunk says which publication it is of, so that expiry can tell a superseded one from the one that took its key after a restore.
pub(crate) fn chunk_item(pk: &str, sk: String, order: Order, data: Bytes) -> Item {
    let mut item = key(pk, sk);
    item.insert("epoch".into(), number(order.epoch));
    item.insert("version".into(), number(order.version));
    item.insert("data".into(), AttributeValue::B(Blob::new(data)));
    item
}

pub(crate) fn current_item(current: &Current) -> Item {
    let mut item = key(resource_pk(current.workspace_id, current.resource_id), CURRENT);
    item.extend(
        [
            ("epoch", number(current.epoch)),
            ("version", number(current.version)),
            ("digest", text(current.digest.to_string())),
            ("manifest_digest", text(current.manifest_digest.to_string())),
            ("chunks", number(current.chunks)),
            ("manifest_chunks", number(current.manifest_chunks)),
            ("supersedes", number(current.supersedes)),
            ("archived", AttributeValue::Bool(current.archived)),
            ("published_at", text(current.published_at.to_rfc3339_opts(SecondsFormat::Millis, true))),
            ("type", text(current.resource_type.as_str())),
            ("slug", text(current.slug.as_str())),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    );
    if let Some(body) = &current.body {
        item.insert("body".into(), AttributeValue::B(Blob::new(body.clone())));
    }
    item
}

/// The size DynamoDB counts: names and values, numbers at about a byte for two digits (rounded up here).
pub(crate) fn item_bytes(item: &Item) -> usize {
    item.iter()
        .map(|(name, value)| {
            name.len()
                + match value {
                    AttributeValue::S(text) => text.len(),
                    AttributeValue::N(digits) => digits.len() / 2 + 2,
                    AttributeValue::B(blob) => blob.as_ref().len(),
                    _ => 1,
                }
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode;

    fn current() -> Current {
        Current {
            workspace_id: Uuid::from_u128(1),
            resource_id: Uuid::from_u128(2),
            resource_type: ResourceType::Flow,
            slug: "eligibility".into(),
            epoch: 3,
            version: 17,
            digest: Digest([1; 32]),
            manifest_digest: Digest([2; 32]),
            archived: true,
            published_at: DateTime::from_timestamp_millis(1_748_300_000_007).unwrap(),
            chunks: 0,
            manifest_chunks: 1,
            supersedes: 16,
            body: Some(Bytes::from_static(b"packed")),
        }
    }

    #[test]
    fn keys_are_as_designed() {
        let (workspace, resource) = (Uuid::from_u128(1), Uuid::from_u128(2));
        assert_eq!(workspace_pk(workspace), "WS#00000000-0000-0000-0000-000000000001");
        assert_eq!(
            resource_pk(workspace, resource),
            "WS#00000000-0000-0000-0000-000000000001#RESOURCE#00000000-0000-0000-0000-000000000002"
        );
        assert_eq!(slug_sk(ResourceType::Connector, "hubspot-crm"), "RESOURCE#connector#hubspot-crm");
        assert_eq!(body_chunk_sk(17, 3), "V#0000000017#C#003");
        assert_eq!(manifest_chunk_sk(17, 0), "V#0000000017#M#000");
    }

    #[test]
    fn a_range_of_version_prefixes_holds_the_chunks_from_the_first_and_none_of_the_last() {
        let range = version_prefix(9)..version_prefix(11);
        assert!(range.contains(&body_chunk_sk(9, 0)) && range.contains(&manifest_chunk_sk(10, 999)));
        assert!(!range.contains(&body_chunk_sk(8, 12)) && !range.contains(&body_chunk_sk(11, 0)));
    }

    #[test]
    fn a_newer_epoch_beats_a_higher_version() {
        let order = |epoch, version| Order { epoch, version };
        assert!(order(2, 1) > order(1, 99) && order(1, 3) > order(1, 2));
    }

    #[test]
    fn current_survives_its_item() {
        let item = current_item(&current());
        assert_eq!(decode::owner(&item), Some((Uuid::from_u128(1), Uuid::from_u128(2))));
        assert_eq!(decode::current(Uuid::from_u128(1), Uuid::from_u128(2), &item).unwrap(), current());
    }

    #[test]
    fn a_damaged_current_is_refused_by_name() {
        for name in ["epoch", "version", "digest", "archived", "published_at", "chunks", "type"] {
            let mut item = current_item(&current());
            item.insert(name.to_owned(), AttributeValue::Null(true));
            let refused = decode::current(Uuid::from_u128(1), Uuid::from_u128(2), &item).unwrap_err().to_string();
            assert!(refused.contains(name), "{refused}");
        }
    }

    #[test]
    fn sizes_count_names_and_values() {
        let item = Item::from([
            ("ab".to_owned(), text("cde")),
            ("n".to_owned(), number(1234)),
            ("b".to_owned(), AttributeValue::B(Blob::new(vec![0; 10]))),
            ("t".to_owned(), AttributeValue::Bool(true)),
        ]);
        assert_eq!(item_bytes(&item), 5 + 5 + 11 + 2);
    }
}
