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
    pub created_by: Option<Uuid>,
    pub created_by_email: Option<String>,
    pub client: Option<String>,
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

// The pointer is asked for once, and not joined: of a join the planner may make a look at the resource for every row of the page.
// The bounds of pages are plain parameters: under row-level security an index takes no condition with a function in it that might
// leak, coalesce included, and all of a resource's history would be read for a page.
macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT v.id, v.version, (v.id = (SELECT r.published_version_id FROM resources r WHERE r.workspace_id = $1 AND r.id = $2)) IS TRUE AS is_active,
                    v.digest, v.source, v.surface, v.actor_kind, v.created_by, v.created_by_email, v.client, v.git_commit_sha, v.git_branch, v.note,
                    v.restored_from, v.archived, v.created_at, v.published_at
               FROM resource_versions v
              WHERE v.workspace_id = $1 AND v.resource_id = $2 AND ",
            $tail
        )
    };
}

/// Published versions, newest first, below `before`.
pub async fn list_published(tx: &mut Tx, workspace: Uuid, resource: Uuid, before: Option<i32>, limit: i64) -> Result<Vec<Version>> {
    Ok(sqlx::query_as(select!("v.version < $3 ORDER BY v.version DESC LIMIT $4"))
        .bind(workspace)
        .bind(resource)
        .bind(before.unwrap_or(i32::MAX))
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

/// The whole history, newest first, below `before`.
pub async fn list_all(tx: &mut Tx, workspace: Uuid, resource: Uuid, before: Option<i64>, limit: i64) -> Result<Vec<Version>> {
    Ok(sqlx::query_as(select!("v.id < $3 ORDER BY v.id DESC LIMIT $4"))
        .bind(workspace)
        .bind(resource)
        .bind(before.unwrap_or(i64::MAX))
        .bind(limit)
        .fetch_all(&mut **tx)
        .await?)
}

/// Where a page of the publish timeline ended.
pub type PublishedBefore = (DateTime<Utc>, i64);

/// Published versions by time, newest first: those since `since`, before `before`.
pub async fn timeline(
    tx: &mut Tx,
    workspace: Uuid,
    resource: Uuid,
    since: Option<DateTime<Utc>>,
    before: Option<PublishedBefore>,
    limit: i64,
) -> Result<Vec<Version>> {
    let (before_at, before_id) = before.unwrap_or((DateTime::<Utc>::MAX_UTC, i64::MAX));
    Ok(sqlx::query_as(select!(
        "v.version IS NOT NULL AND v.published_at >= $3 AND (v.published_at, v.id) < ($4, $5)
          ORDER BY v.published_at DESC, v.id DESC LIMIT $6"
    ))
    .bind(workspace)
    .bind(resource)
    .bind(since.unwrap_or(DateTime::UNIX_EPOCH))
    .bind(before_at)
    .bind(before_id)
    .bind(limit)
    .fetch_all(&mut **tx)
    .await?)
}
