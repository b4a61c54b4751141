//! Resources as a checkout holds them.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::drafts::DigestColumn;
use crate::{Result, Tx};

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Exported {
    #[sqlx(rename = "type")]
    pub kind: String,
    pub id: Uuid,
    pub slug: String,
    pub name: String,
    pub archived: bool,
    pub published_version: i32,
    #[sqlx(try_from = "Vec<u8>")]
    pub digest: DigestColumn,
    /// None where bodies were not asked for, or the page is full.
    pub body: Option<Vec<u8>>,
    pub applied_digest: Option<Vec<u8>>,
    pub applied_commit: Option<String>,
    pub applied_at: Option<DateTime<Utc>>,
}

/// What to export.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// Drafts, instead of published versions where there are any.
    pub of_drafts: bool,
    /// Bodies are read until a page has this many bytes of them; 0 for none.
    pub body_bytes: i64,
    pub after: Option<Uuid>,
    pub limit: i64,
}

/// A page in id order.
pub async fn page(tx: &mut Tx, workspace: Uuid, wanted: Wanted) -> Result<Vec<Exported>> {
    Ok(sqlx::query_as(
        "WITH page AS MATERIALIZED (
             SELECT r.type, r.id, r.slug, r.name, r.archived, coalesce(v.version, 0) AS published_version,
                    CASE WHEN $2 THEN d.digest ELSE coalesce(v.digest, d.digest) END AS digest, r.applied_digest, r.applied_commit, r.applied_at
               FROM resources r
               JOIN resource_drafts d ON d.resource_id = r.id
               LEFT JOIN resource_versions v ON v.id = r.published_version_id
              WHERE r.workspace_id = $1 AND ($3::uuid IS NULL OR r.id > $3)
              ORDER BY r.id LIMIT $4),
         sized AS (
             SELECT p.*, sum(octet_length(c.body)) OVER (ORDER BY p.id) AS bytes_so_far
               FROM page p JOIN contents c ON c.workspace_id = $1 AND c.digest = p.digest)
         SELECT s.*, (SELECT c.body FROM contents c WHERE s.bytes_so_far <= $5 AND c.workspace_id = $1 AND c.digest = s.digest) AS body
           FROM sized s ORDER BY s.id",
    )
    .bind(workspace)
    .bind(wanted.of_drafts)
    .bind(wanted.after)
    .bind(wanted.limit)
    .bind(wanted.body_bytes)
    .fetch_all(&mut **tx)
    .await?)
}

/// Everything that was changed until then is in the exports of this transaction that follow. A write is stamped before it is seen, so
/// that the clock alone would promise those that are still on their way: it is put back to where the oldest of them began.
pub async fn as_of(tx: &mut Tx) -> Result<DateTime<Utc>> {
    Ok(sqlx::query_scalar(
        "SELECT least(now(), min(a.xact_start)) FROM pg_stat_activity a
          WHERE a.datname = current_database() AND a.backend_xid IS NOT NULL AND a.pid <> pg_backend_pid()",
    )
    .fetch_one(&mut **tx)
    .await?)
}
