//! What is published, and what became of it.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use domain::digest::Digest;
use domain::identity::ResourceType;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::pack::{self, BODY_BYTES, MANIFEST_BYTES};
use crate::schema::{self, Current, INLINE_ITEM_BYTES, Item, Order};
use crate::{ReplicaError, Written};

/// One version of a resource, to be made readable for workers.
#[derive(Debug, Clone)]
pub struct Publication {
    /// Which life of the database this is; raised when a restored one is adopted.
    pub epoch: i64,
    pub workspace_id: Uuid,
    pub resource_id: Uuid,
    pub resource_type: ResourceType,
    pub slug: String,
    pub version: i64,
    /// sha256 of `body`; a body that doesn't match is refused.
    pub digest: Digest,
    pub archived: bool,
    pub published_at: DateTime<Utc>,
    /// Canonical JSON, at most [`BODY_BYTES`].
    pub body: Bytes,
    /// A canonical JSON array of [`ManifestEntry`], sorted by source and type; `[]` for a flow. At most [`MANIFEST_BYTES`].
    pub manifest: Bytes,
    /// The time of the write: superseded chunks expire 24 hours after it.
    pub now: DateTime<Utc>,
}

/// One event flow of a connector: what a worker needs to route an event without parsing the config.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestEntry {
    pub source: String,
    #[serde(rename = "type")]
    pub event_type: String,
    pub entity: String,
    pub action: String,
    pub enabled: bool,
}

impl Publication {
    pub fn order(&self) -> Order {
        Order { epoch: self.epoch, version: self.version }
    }

    pub(crate) fn pk(&self) -> String {
        schema::resource_pk(self.workspace_id, self.resource_id)
    }

    /// How this publication stands to one that is already in force and not older.
    pub(crate) fn against(&self, there: &Current) -> Written {
        if there.order() == self.order() && there.digest == self.digest && there.archived == self.archived {
            Written::AlreadyThere
        } else {
            Written::Newer { epoch: there.epoch, version: there.version, digest: there.digest }
        }
    }
}

/// A publication as items, all of them checked and compressed before the first is written.
#[derive(Debug)]
pub(crate) struct Packed {
    /// In their order of effect: the slug, the body's chunks, the manifest's.
    pub before: Vec<Item>,
    /// Written last, because with it the version is in force.
    pub current: Item,
}

const OPERATION: &str = "packing a publication";

impl Packed {
    pub fn of(publication: &Publication, supersedes: i64) -> Result<Self, ReplicaError> {
        let found = Digest::of(&publication.body);
        if found != publication.digest {
            let cause = format!("the digest should be {} and the body's is {found}", publication.digest);
            return Err(ReplicaError::permanent(OPERATION, cause));
        }
        serde_json::from_slice::<Vec<ManifestEntry>>(&publication.manifest)
            .map_err(|error| ReplicaError::permanent(OPERATION, format!("the manifest is no list of event flows: {error}")))?;

        let body = pack::compress(OPERATION, &publication.body, BODY_BYTES)?;
        let manifest = pack::split(&pack::compress(OPERATION, &publication.manifest, MANIFEST_BYTES)?);
        let mut current = current(publication, supersedes, manifest.len());

        current.body = Some(body.clone());
        let mut chunks = Vec::new();
        if schema::item_bytes(&schema::current_item(&current)) > INLINE_ITEM_BYTES {
            chunks = pack::split(&body);
            current.body = None;
            current.chunks = chunks.len();
        }
        Ok(Self { before: items_before(publication, chunks, manifest), current: schema::current_item(&current) })
    }
}

fn current(publication: &Publication, supersedes: i64, manifest_chunks: usize) -> Current {
    Current {
        workspace_id: publication.workspace_id,
        resource_id: publication.resource_id,
        resource_type: publication.resource_type,
        slug: publication.slug.clone(),
        epoch: publication.epoch,
        version: publication.version,
        digest: publication.digest,
        manifest_digest: Digest::of(&publication.manifest),
        archived: publication.archived,
        published_at: publication.published_at,
        chunks: 0,
        manifest_chunks,
        supersedes,
        body: None,
    }
}

fn items_before(publication: &Publication, body: Vec<Bytes>, manifest: Vec<Bytes>) -> Vec<Item> {
    let (pk, order) = (publication.pk(), publication.order());
    let slug = schema::slug_item(publication.workspace_id, publication.resource_type, &publication.slug, publication.resource_id);
    let chunk = |sk, data| schema::chunk_item(&pk, sk, order, data);
    let body = body.into_iter().enumerate().map(|(index, data)| chunk(schema::body_chunk_sk(order.version, index), data));
    let manifest = manifest.into_iter().enumerate().map(|(index, data)| chunk(schema::manifest_chunk_sk(order.version, index), data));
    std::iter::once(slug).chain(body).chain(manifest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode;

    fn publication(body: Vec<u8>) -> Publication {
        Publication {
            epoch: 1,
            workspace_id: Uuid::from_u128(1),
            resource_id: Uuid::from_u128(2),
            resource_type: ResourceType::Connector,
            slug: "s".repeat(64),
            version: 17,
            digest: Digest::of(&body),
            archived: false,
            published_at: DateTime::UNIX_EPOCH,
            body: body.into(),
            manifest: Bytes::from_static(b"[]"),
            now: DateTime::UNIX_EPOCH,
        }
    }

    /// Bytes that zstd can't make shorter.
    fn noise(length: usize) -> Vec<u8> {
        (0_u64..).flat_map(|block| Digest::of(&block.to_le_bytes()).0).take(length).collect()
    }

    fn current(packed: &Packed) -> Current {
        decode::current(Uuid::from_u128(1), Uuid::from_u128(2), &packed.current).unwrap()
    }

    #[test]
    fn a_body_is_inline_exactly_while_the_item_stays_within_4_kb() {
        let packed = |length| Packed::of(&publication(noise(length)), 16).unwrap();
        let last_inline = (3_000..4_096).rfind(|length| current(&packed(*length)).body.is_some()).unwrap();
        let (inline, chunked) = (packed(last_inline), packed(last_inline + 1));
        assert_eq!(schema::item_bytes(&inline.current), INLINE_ITEM_BYTES);
        assert_eq!((current(&inline).chunks, inline.before.len()), (0, 2));
        assert_eq!((current(&chunked).chunks, chunked.before.len()), (1, 3));
        assert!(current(&chunked).body.is_none());
    }

    #[test]
    fn no_item_comes_near_dynamodbs_limit() {
        let packed = Packed::of(&publication(noise(4 * 1024 * 1024)), 16).unwrap();
        assert_eq!(current(&packed).chunks, 12);
        assert!(packed.before.iter().all(|item| schema::item_bytes(item) < 400 * 1000));
    }

    #[test]
    fn what_readers_would_refuse_is_refused() {
        let mut wrong_digest = publication(b"{}".to_vec());
        wrong_digest.digest = Digest::of(b"[]");
        let mut wrong_manifest = publication(b"{}".to_vec());
        wrong_manifest.manifest = Bytes::from_static(br#"[{"source":"hubspot"}]"#);
        let too_long = publication(vec![b'1'; BODY_BYTES + 1]);
        for refused in [wrong_digest, wrong_manifest, too_long] {
            assert!(matches!(Packed::of(&refused, 0), Err(ReplicaError::Permanent { .. })));
        }
    }

    #[test]
    fn the_same_order_with_other_content_is_no_success() {
        let ours = publication(b"{}".to_vec());
        let mut there = super::current(&ours, 16, 1);
        assert_eq!(ours.against(&there), Written::AlreadyThere);
        there.digest = Digest::of(b"[]");
        assert_eq!(ours.against(&there), Written::Newer { epoch: 1, version: 17, digest: there.digest });
    }
}
