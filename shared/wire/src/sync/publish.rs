//! Publishing many at once.

use domain::digest::Digest;
use domain::identity::ResourceType;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// What to publish: absent is none, `[]` is every one with an unpublished draft.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PublishMany {
    /// Ids or slugs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flow_ids: Option<Vec<String>>,
    /// Ids or slugs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connector_ids: Option<Vec<String>>,
    /// Drafts that have to be what they were when you looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expect: Option<Vec<ExpectedDraft>>,
    /// Kept on every version that this makes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExpectedDraft {
    /// `connector` or `flow`.
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    pub kind: ResourceType,
    /// Id or slug.
    pub id: String,
    pub base_version: i32,
    #[schema(value_type = String)]
    pub draft_etag: Digest,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PublishedMany {
    /// By type, then slug.
    pub items: Vec<PublishedItem>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PublishedItem {
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    pub kind: ResourceType,
    pub id: Uuid,
    pub slug: String,
    pub status: PublishStatus,
    /// The active version from here on; 0 where there is none.
    pub version: i32,
    /// Why it was skipped: `archived` or `draft_not_applied`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PublishStatus {
    Published,
    /// The draft is the active version already.
    Unchanged,
    Skipped,
}
