//! Workspaces.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use uuid::Uuid;

use crate::{Result, Tx};

#[derive(Debug, Clone, Deserialize, sqlx::FromRow)]
pub struct Workspace {
    pub id: Uuid,
    pub slug: String,
    pub name: String,
    pub governance_mode: String,
    pub environment_kind: String,
    pub git_repo_url: Option<String>,
    pub git_branch: Option<String>,
    pub created_at: DateTime<Utc>,
    /// What the caller is there; nothing for a token that is no person's.
    pub role: Option<String>,
}

/// The workspace that the transaction is in; `role` is the caller's there.
pub async fn find(tx: &mut Tx, workspace: Uuid, role: Option<&str>) -> Result<Option<Workspace>> {
    Ok(sqlx::query_as(
        "SELECT id, slug, name, governance_mode, environment_kind, git_repo_url, git_branch, created_at, $2::text AS role FROM workspaces WHERE id = $1",
    )
    .bind(workspace)
    .bind(role)
    .fetch_optional(&mut **tx)
    .await?)
}
