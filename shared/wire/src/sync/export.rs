//! `GET /v1/sync/export` and the contents behind it.

use domain::digest::Digest;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::time::Millis;

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Export {
    pub workspace: ExportWorkspace,
    /// What this page shows is at least this old: hand it to `POST /v1/sync/pulls`. Of several pages, that of the first.
    pub as_of_utc: Millis,
    /// In the order of their ids.
    pub resources: Vec<ExportedResource>,
    /// Hand it back as `?cursor=` for the next page; null on the last.
    pub next_cursor: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExportWorkspace {
    pub id: Uuid,
    pub slug: String,
    pub name: String,
    pub governance_mode: String,
    pub environment_kind: String,
    pub git_repo_url: Option<String>,
    pub git_branch: Option<String>,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExportedResource {
    /// `connector` or `flow`.
    #[serde(rename = "type")]
    pub kind: String,
    pub id: Uuid,
    pub slug: String,
    pub name: String,
    /// 0 until the first publish.
    pub published_version: i32,
    pub archived: bool,
    #[schema(value_type = String)]
    pub digest: Digest,
    /// The canonical document; left out once a page has 1 MB of them: `GET /v1/sync/contents/{digest}` has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub body: Option<Box<RawValue>>,
    /// The local file, and its commit, that was last applied.
    pub last_applied: Option<LastApplied>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LastApplied {
    #[schema(value_type = String)]
    pub digest: Digest,
    pub git_commit_sha: String,
    pub at_utc: Millis,
}

/// A body that the workspace has.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct StoredContent {
    #[schema(value_type = String)]
    pub digest: Digest,
    /// Of its canonical form.
    pub bytes: usize,
}
