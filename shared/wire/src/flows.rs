//! The flow API: what the connector API has, in camelCase and around a decision graph (GoRules' JDM).

use std::collections::BTreeMap;

use domain::digest::Digest;
use domain::merge::Side;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::connectors::{ChangeItem, ConflictItem};
use crate::time::Millis;

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateFlow {
    /// `[a-z0-9]+(-[a-z0-9]+)*`, at most 64; never changed, never reused.
    pub slug: String,
    pub name: String,
    /// A JDM graph; without it the draft starts empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub graph: Option<Value>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RenameFlow {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Flow {
    pub id: Uuid,
    pub slug: String,
    pub name: String,
    /// 0 until the first publish.
    pub published_version: i32,
    /// Null until the first publish.
    pub published_version_id: Option<i64>,
    pub has_unpublished_changes: bool,
    /// Production was changed from the console since it last agreed with git.
    pub diverged_from_git: bool,
    pub last_pulled: Option<LastPulled>,
    pub archived: bool,
    pub updated_at: Millis,
}

/// Who last brought the flow into a checkout.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LastPulled {
    pub by: Option<String>,
    pub at_utc: Millis,
    pub host: Option<String>,
    pub branch: Option<String>,
    pub commit: Option<String>,
}

/// A flow that was just made, with the state of its first draft.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreatedFlow {
    #[serde(flatten)]
    pub flow: Flow,
    pub base_version: i32,
    #[schema(value_type = String)]
    pub etag: Digest,
    pub diagnostics: Vec<Diagnostic>,
}

/// Something about a graph, and where. One that is an `error` blocks publish and draft evaluation.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Diagnostic {
    /// `error` or `warning`.
    pub severity: String,
    pub code: String,
    pub message: String,
    pub node_id: Option<String>,
    /// JSON Pointer into the graph, with `@<id>` for items that have one.
    pub path: String,
}

/// The draft, as every draft write answers it too.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct FlowDraft {
    /// The canonical graph, byte for byte.
    #[schema(value_type = Object)]
    pub graph: Box<RawValue>,
    #[serde(flatten)]
    pub state: FlowDraftState,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FlowDraftState {
    pub base_version: i32,
    pub published_version: i32,
    pub has_unpublished_changes: bool,
    /// Send it back as `If-Match` to write only if nobody else did.
    #[schema(value_type = String)]
    pub etag: Digest,
    pub updated_at: Millis,
    pub updated_by: Option<String>,
    pub diagnostics: Vec<Diagnostic>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutFlowDraft {
    #[schema(value_type = Object)]
    pub graph: Value,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FlowDraftDiff {
    pub base_version: i32,
    pub published_version: i32,
    pub changes: Vec<ChangeItem>,
    /// There are more changes or conflicts than an answer can carry; those that are missing can be read with `?path=`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub truncated: bool,
    /// What a merge would ask about; `active` is the published version's side.
    pub conflicts: Vec<ConflictItem>,
    /// Whether a merge would go through without resolutions.
    pub mergeable: bool,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct MergeFlowDraft {
    /// For each conflict's path the side to keep: `draft` or `active`.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, String>)]
    pub resolutions: BTreeMap<String, Side>,
    /// Answer what the merge would leave, and write nothing.
    #[serde(default, alias = "dry_run")]
    pub dry_run: bool,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct PublishFlow {
    /// The published version that you saw.
    pub base_version: Option<i32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Publish only if the draft is still this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub draft_etag: Option<Digest>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct RollBackFlow {
    /// The version whose graph becomes the next one.
    pub version: i32,
    /// The published version that you saw.
    pub base_version: Option<i32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ArchiveFlow {
    pub base_version: Option<i32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A new version decides from here on; the replica follows.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PublishedFlow {
    pub version: i32,
    #[schema(value_type = String)]
    pub digest: Digest,
    pub published_at: Millis,
    pub source: String,
    /// The outbox event; workers see it as `event_id`.
    pub event_id: Uuid,
}

/// Where a version or a snapshot comes from, and what it holds.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FlowProvenance {
    pub is_active: bool,
    /// `designer-publish`, `cli-publish`, `cli-apply`, `designer-draft` or `rollback`.
    pub source: String,
    pub surface: String,
    pub actor_kind: String,
    pub created_by_email: Option<String>,
    pub git_commit_sha: Option<String>,
    pub git_branch: Option<String>,
    pub note: Option<String>,
    /// The version that was rolled back to or restored.
    pub restored_from: Option<i32>,
    pub archived: bool,
    #[schema(value_type = String)]
    pub digest: Digest,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FlowVersion {
    pub version: i32,
    #[serde(flatten)]
    pub provenance: FlowProvenance,
    pub published_at: Millis,
}

/// A version with its graph.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct FlowVersionWithGraph {
    #[serde(flatten)]
    pub version: FlowVersion,
    #[schema(value_type = Object)]
    pub graph: Box<RawValue>,
}

/// A saved snapshot, published or not.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FlowSnapshot {
    pub snapshot: i64,
    /// Null unless published.
    pub version: Option<i32>,
    #[serde(flatten)]
    pub provenance: FlowProvenance,
    pub created_at: Millis,
    pub published_at: Option<Millis>,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct FlowSnapshotWithGraph {
    #[serde(flatten)]
    pub snapshot: FlowSnapshot,
    #[schema(value_type = Object)]
    pub graph: Box<RawValue>,
}
