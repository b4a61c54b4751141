//! A connector's history: where every version and snapshot comes from, and what it holds.

use domain::digest::Digest;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::time::Millis;

/// Where a version or a snapshot comes from, and what it holds.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Provenance {
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
pub struct ConnectorVersion {
    pub version: i32,
    #[serde(flatten)]
    pub provenance: Provenance,
    pub published_at: Millis,
}

/// A version with its config.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ConnectorVersionWithConfig {
    #[serde(flatten)]
    pub version: ConnectorVersion,
    #[schema(value_type = Object)]
    pub config: Box<RawValue>,
}

/// A saved snapshot, published or not.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ConnectorSnapshot {
    pub snapshot: i64,
    /// Null unless published.
    pub version: Option<i32>,
    #[serde(flatten)]
    pub provenance: Provenance,
    pub created_at: Millis,
    pub published_at: Option<Millis>,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ConnectorSnapshotWithConfig {
    #[serde(flatten)]
    pub snapshot: ConnectorSnapshot,
    #[schema(value_type = Object)]
    pub config: Box<RawValue>,
}

/// One part of a draft, a version or a snapshot, asked for with `?path=`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Part<T> {
    pub path: String,
    #[schema(value_type = Object)]
    pub value: Value,
    #[serde(flatten)]
    pub of: T,
}
