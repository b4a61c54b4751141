//! Plan and apply: the same question, and the same answer.

use domain::digest::Digest;
use domain::identity::ResourceType;
use domain::merge::Conflict;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// The files of a checkout.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SyncResources {
    /// At most 1,000, each resource once.
    pub resources: Vec<SyncResource>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SyncResource {
    /// `connector` or `flow`.
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    pub kind: ResourceType,
    pub slug: String,
    /// Of a resource that this makes; the slug where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What the file and the draft started from; null when nothing is known of that.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub base_digest: Option<Digest>,
    /// Of the file, in canonical form.
    #[schema(value_type = String)]
    pub digest: Digest,
    /// The file, where the server lacks it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub body: Option<Value>,
    /// The `resultDigest` of a plan: apply refuses to do anything else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub expect: Option<Digest>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SyncPlan {
    /// In the order of the request.
    pub items: Vec<SyncItem>,
    /// There are more conflicts than an answer can carry.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub truncated: bool,
}

/// What apply makes of one resource; a plan says it beforehand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SyncItem {
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    pub kind: ResourceType,
    /// Null in the plan of a resource that does not exist yet.
    pub id: Option<Uuid>,
    pub slug: String,
    pub change: SyncChange,
    /// What the draft is afterwards; null for a conflict.
    #[schema(value_type = Option<String>)]
    pub result_digest: Option<Digest>,
    /// The draft's base afterwards; for a conflict, as it is.
    pub base_version: i32,
    /// The draft's etag afterwards; for a conflict, as it is. With `baseVersion`, what a publish may expect.
    #[schema(value_type = Option<String>)]
    pub draft_etag: Option<Digest>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conflicts: Vec<SyncConflict>,
    /// What the conflicts are with: the file with the `draft`, or the draft with the `active` version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conflict_with: Option<ConflictWith>,
    /// Why the result can't be published as things are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocked_by: Vec<BlockedBy>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SyncChange {
    /// The draft stays as it is.
    Unchanged,
    /// The resource is made, with the file as its first draft.
    Created,
    /// The draft becomes exactly the file.
    Updated,
    /// The draft becomes something that neither it nor the file was.
    Merged,
    /// Both changed the same thing; nothing is written.
    Conflict,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConflictWith {
    Draft,
    Active,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BlockedBy {
    /// The workspace's mode does not let this surface publish.
    Governance,
    /// The result has faults that block a publish.
    NotPublishable,
}

/// What two sides changed differently; a side on which the path does not exist is left out, a value over 16 KB is `{digest, bytes}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SyncConflict {
    /// `""` is the whole document.
    pub path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub base: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub local: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub draft: Option<Value>,
    /// Only where the draft conflicts with the active version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub active: Option<Value>,
}

impl SyncConflict {
    /// Of the file, merged onto the draft.
    pub fn with_draft(conflict: Conflict) -> Self {
        let Conflict { path, base, draft, active } = conflict.abbreviated();
        SyncConflict { path, base, local: draft, draft: active, active: None }
    }

    /// Of the draft, merged onto the active version.
    pub fn with_active(conflict: Conflict) -> Self {
        let Conflict { path, base, draft, active } = conflict.abbreviated();
        SyncConflict { path, base, local: None, draft, active }
    }
}
