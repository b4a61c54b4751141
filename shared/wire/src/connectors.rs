//! The connector API.

use std::collections::BTreeMap;

use domain::diff::{Change, Op};
use domain::digest::Digest;
use domain::merge::{Conflict, Side};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

pub use crate::history::{ConnectorSnapshot, ConnectorSnapshotWithConfig, ConnectorVersion, ConnectorVersionWithConfig, Part, Provenance};
use crate::time::Millis;

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateConnector {
    /// `[a-z0-9]+(-[a-z0-9]+)*`, at most 64; never changed, never reused.
    pub slug: String,
    pub name: String,
    /// A v3 config; without it the draft starts empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub config: Option<Value>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RenameConnector {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Connector {
    pub id: Uuid,
    pub slug: String,
    pub name: String,
    /// 0 until the first publish.
    pub active_version: i32,
    pub has_unpublished_changes: bool,
    pub archived: bool,
    pub updated_at: Millis,
}

/// A connector that was just made, with the state of its first draft.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CreatedConnector {
    #[serde(flatten)]
    pub connector: Connector,
    pub base_version: i32,
    #[schema(value_type = String)]
    pub etag: Digest,
    pub warnings: Vec<Finding>,
    pub blockers: Vec<Finding>,
}

/// Something about a config that its schema allows: a warning, or what blocks a publish.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Finding {
    pub code: String,
    pub message: String,
    /// JSON Pointer into the config.
    pub path: String,
}

/// The draft, as every draft write answers it too.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ConnectorDraft {
    /// The canonical config, byte for byte.
    #[schema(value_type = Object)]
    pub config: Box<RawValue>,
    #[serde(flatten)]
    pub state: DraftState,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DraftState {
    pub base_version: i32,
    pub active_version: i32,
    pub has_unpublished_changes: bool,
    /// Send it back as `If-Match` to write only if nobody else did.
    #[schema(value_type = String)]
    pub etag: Digest,
    pub updated_at: Millis,
    pub updated_by: Option<String>,
    /// Everything worth a look, what blocks a publish included.
    pub warnings: Vec<Finding>,
    /// What a publish would be refused for.
    pub blockers: Vec<Finding>,
}

/// One difference; `before` is the active version, `after` the draft. A value over 16 KB is `{digest, bytes}`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ChangeItem {
    pub path: String,
    /// `added`, `removed`, `changed` or `moved`.
    #[schema(value_type = String)]
    pub op: Op,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub before: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub after: Option<Value>,
}

impl From<Change> for ChangeItem {
    fn from(change: Change) -> Self {
        let Change { path, op, before, after } = change.abbreviated();
        ChangeItem { path, op, before, after }
    }
}

/// What both sides changed differently; a side on which the path does not exist is left out.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ConflictItem {
    pub path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub base: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub draft: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub active: Option<Value>,
}

impl From<Conflict> for ConflictItem {
    fn from(conflict: Conflict) -> Self {
        let Conflict { path, base, draft, active } = conflict.abbreviated();
        ConflictItem { path, base, draft, active }
    }
}

/// A function's answer ends at 6 MB; lists of changes and of conflicts end here, each.
const MAX_LIST_BYTES: usize = 2 * 1024 * 1024;

/// As many items as an answer can carry, and whether some had to be left out.
pub fn fitting<T: Serialize>(items: impl IntoIterator<Item = T>) -> (Vec<T>, bool) {
    let mut bytes = 0;
    let mut kept = Vec::new();
    for item in items {
        bytes += serde_json::to_vec(&item).map_or(0, |json| json.len());
        if bytes > MAX_LIST_BYTES {
            return (kept, true);
        }
        kept.push(item);
    }
    (kept, false)
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DraftDiff {
    pub base_version: i32,
    pub active_version: i32,
    pub changes: Vec<ChangeItem>,
    /// There are more changes or conflicts than an answer can carry; those that are missing can be read with `?path=`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub truncated: bool,
    /// What a merge would ask about.
    pub conflicts: Vec<ConflictItem>,
    /// Whether a merge would go through without resolutions.
    pub mergeable: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct VersionDiff {
    /// The version asked about: the `after` side.
    pub version: i32,
    /// The `before` side: a version's number, or `draft`.
    #[schema(value_type = Object)]
    pub against: Value,
    pub changes: Vec<ChangeItem>,
    /// There are more changes than an answer can carry.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub truncated: bool,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MergeDraft {
    /// For each conflict's path the side to keep: `draft` or `active`.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, String>)]
    pub resolutions: BTreeMap<String, Side>,
    /// Answer what the merge would leave, and write nothing.
    #[serde(default)]
    pub dry_run: bool,
}

/// Nothing to say beyond the address; the body may be left out.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RestoreDraft {}

#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PublishConnector {
    /// The active version that you saw.
    pub base_version: Option<i32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Publish only if the draft is still this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub draft_etag: Option<Digest>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RollBackConnector {
    /// The version whose config becomes the next one.
    pub version: i32,
    /// The active version that you saw.
    pub base_version: Option<i32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ArchiveConnector {
    pub base_version: Option<i32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A new version is active from here on; the replica follows.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Published {
    pub version: i32,
    #[schema(value_type = String)]
    pub digest: Digest,
    pub published_at: Millis,
    pub source: String,
    /// The outbox event; workers see it as `event_id`.
    pub event_id: Uuid,
}
