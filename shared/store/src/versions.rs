//! History: published versions and the snapshots between them.

use chrono::{DateTime, Utc};
use domain::digest::Digest;
use uuid::Uuid;

use crate::drafts::DigestColumn;
use crate::{Result, Tx};

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Version {
    pub id: i64,
    /// None for a snapshot that was never published.
    pub version: Option<i32>,
    pub is_active: bool,
    #[sqlx(try_from = "Vec<u8>")]
    pub digest: DigestColumn,
    pub source: String,
    pub surface: String,
    pub actor_kind: String,
    pub created_by_email: Option<String>,
    pub git_commit_sha: Option<String>,
    pub git_branch: Option<String>,
    pub note: Option<String>,
    pub restored_from: Option<i32>,
    pub archived: bool,
    pub created_at: DateTime<Utc>,
    pub published_at: Option<DateTime<Utc>>,
}

impl Version {
    pub fn digest(&self) -> Digest {
        self.digest.0
    }
}

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT v.id, v.version, (v.id = r.published_version_id) IS TRUE AS is_active, v.digest, v.source, v.surface, v.actor_kind,
                    v.created_by_email, v.git_commit_sha, v.git_branch, v.note, v.restored_from, v.archived, v.created_at, v.published_at
               FROM resource_versions v JOIN resources r ON r.id = v.resource_id
              WHERE v.workspace_id = $1 AND v.resource_id = $2 AND ",
            $tail
        )
    };
}

/// Published versions, newest first, below `before`.
pub async fn list_published(tx: &mut Tx, workspace: Uuid, resource: Uuid, before: Option<i32>, limit: i64) -> Result<Vec<Version>> {
    Ok(sqlx::query_as(select!("v.version < coalesce($3, 2147483647) ORDER BY v.version DESC LIMIT $4"))
        .bind(workspace)
        .bind(resource)
        .bind(before)
        .bind(limit)
        .fetch_all(&mut **tx)
        .await?)
}

pub async fn published(tx: &mut Tx, workspace: Uuid, resource: Uuid, version: i32) -> Result<Option<Version>> {
    Ok(sqlx::query_as(select!("v.version = $3")).bind(workspace).bind(resource).bind(version).fetch_optional(&mut **tx).await?)
}

/// Any row of the history, by the id that history lists call `snapshot`.
pub async fn snapshot(tx: &mut Tx, workspace: Uuid, resource: Uuid, id: i64) -> Result<Option<Version>> {
    Ok(sqlx::query_as(select!("v.id = $3")).bind(workspace).bind(resource).bind(id).fetch_optional(&mut **tx).await?)
}
