//! One published version, as a worker holds it.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use domain::digest::Digest;
use domain::identity::ResourceType;
use replica::{Current, ManifestEntry, Order, Trace};
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

/// A published version of a connector or a flow: its whole body, checked against its digest. Never changes; a newer version is
/// another `Config`.
#[derive(Debug)]
pub struct Config {
    pub workspace_id: Uuid,
    pub resource_id: Uuid,
    pub resource_type: ResourceType,
    pub slug: String,
    pub epoch: i64,
    pub version: i64,
    /// sha256 of the body.
    pub digest: Digest,
    /// A tombstone: stop doing what this config says. The body is still there for those who need to wind down.
    pub archived: bool,
    pub published_at: DateTime<Utc>,
    /// The canonical JSON, a connector's config or a flow's graph, unparsed: a worker that only routes by [`Config::event_flow`] never pays for parsing megabytes.
    pub body: Bytes,
    /// Of the publish, when its notification brought this; the poll does not know.
    pub trace: Option<Trace>,
    pub(crate) manifest_digest: Digest,
    manifest: Arc<[ManifestEntry]>,
    parsed: OnceLock<Result<Value, serde_json::Error>>,
}

impl Config {
    pub(crate) fn new(current: Current, body: Bytes, mut manifest: Vec<ManifestEntry>) -> Self {
        // The look-up relies on this order, so it isn't taken on trust.
        manifest.sort_unstable_by(|a, b| (&a.source, &a.event_type).cmp(&(&b.source, &b.event_type)));
        Self::sharing(current, body, manifest.into())
    }

    /// The same contents under a newer number: what an archive, or a rollback to the running version, publishes.
    pub(crate) fn renumbered(&self, current: Current) -> Self {
        Self::sharing(current, self.body.clone(), self.manifest.clone())
    }

    fn sharing(current: Current, body: Bytes, manifest: Arc<[ManifestEntry]>) -> Self {
        Self {
            workspace_id: current.workspace_id,
            resource_id: current.resource_id,
            resource_type: current.resource_type,
            slug: current.slug,
            epoch: current.epoch,
            version: current.version,
            digest: current.digest,
            archived: current.archived,
            published_at: current.published_at,
            body,
            trace: None,
            manifest_digest: current.manifest_digest,
            manifest,
            parsed: OnceLock::new(),
        }
    }

    /// What decides which of two configs of a resource is newer.
    pub fn order(&self) -> Order {
        Order { epoch: self.epoch, version: self.version }
    }

    /// The body as JSON, parsed at the first call and kept.
    pub fn value(&self) -> Result<&Value, &serde_json::Error> {
        self.parsed.get_or_init(|| serde_json::from_slice(&self.body)).as_ref()
    }

    /// The body as a worker's own type. Parsed at each call.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(&self.body)
    }

    /// What to do with an event, without parsing the body; `None` if the config doesn't speak of it.
    /// Look at `enabled`, and at `archived` of the config, before acting on it.
    pub fn event_flow(&self, source: &str, event_type: &str) -> Option<&ManifestEntry> {
        let place = self.manifest.binary_search_by(|entry| (&*entry.source, &*entry.event_type).cmp(&(source, event_type)));
        place.ok().map(|index| &self.manifest[index])
    }

    /// All event flows, by source and type; a flow has none.
    pub fn event_flows(&self) -> &[ManifestEntry] {
        &self.manifest
    }
}
