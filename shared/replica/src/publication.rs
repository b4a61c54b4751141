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
