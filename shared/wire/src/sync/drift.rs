//! `GET /v1/sync/drift`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::time::Seconds;

/// Whether production and git agree, for CI.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Drift {
    pub workspace: DriftWorkspace,
    /// Where production last agreed with git; null while no version carries a commit.
    pub git: Option<DriftGit>,
    pub pending: Pending,
    /// Publishes, rollbacks, archives and unarchives from the console that no commit has: somebody hot-fixed production.
    pub designer_publishes_since_last_git_commit: i64,
    /// Everything above is 0.
    pub in_sync: bool,
    pub checked_at_utc: Seconds,
    /// One a resource and kind, by type and slug.
    pub reasons: Vec<DriftReason>,
    /// More resources differ than an answer lists; the numbers count all of them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub truncated: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DriftWorkspace {
    pub slug: String,
    pub governance_mode: String,
    pub environment_kind: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DriftGit {
    pub branch: Option<String>,
    pub last_commit_sha: String,
    pub last_commit_synced_at_utc: Seconds,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Pending {
    /// Drafts that the cli wrote last and nobody published.
    pub push: i64,
    /// Resources that another surface changed since this credential's last pull.
    pub pull: i64,
    /// Both, and counted here only.
    pub conflicts: i64,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DriftReason {
    /// `connector` or `flow`.
    #[serde(rename = "type")]
    pub kind: String,
    pub slug: String,
    /// `designer_publish`, `push`, `pull` or `conflict`.
    pub reason: String,
    /// The newest version from the console, or the published one (0: none).
    pub version: i32,
    /// Who published from the console last; of a pull, who last changed it there; of a push or a conflict, who wrote the draft last.
    pub by: Option<String>,
    pub at_utc: Option<Seconds>,
}
