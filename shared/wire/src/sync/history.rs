//! The two histories of a resource.

use domain::digest::Digest;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::time::{Millis, Seconds};

/// One save, apply or publish.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HistoryItem {
    pub snapshot: i64,
    /// Null unless published.
    pub version: Option<i32>,
    /// `designer-publish`, `cli-publish`, `cli-apply`, `designer-draft` or `rollback`.
    pub source: String,
    pub surface: String,
    pub actor_kind: String,
    /// The user's id; null for a service's or an agent's token.
    pub created_by: Option<Uuid>,
    pub created_by_email: Option<String>,
    pub git_commit_sha: Option<String>,
    pub git_branch: Option<String>,
    pub client: Option<String>,
    /// The version that was rolled back to or restored.
    pub restored_from: Option<i32>,
    pub archived: bool,
    pub created_at_utc: Millis,
    pub published_at_utc: Option<Millis>,
    /// Whether this is what evaluates, or what workers run.
    pub is_current: bool,
    #[schema(value_type = String)]
    pub digest: Digest,
    pub note: Option<String>,
}

/// One publish of the timeline.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PublishItem {
    pub version: i32,
    pub published_at_utc: Seconds,
    pub source: String,
    pub created_by_email: Option<String>,
    pub git_commit_sha: Option<String>,
    pub is_current: bool,
}
