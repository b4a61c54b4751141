//! What Postgres knows of the replica: the epoch, the receipts, and what ought to be there.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::drafts::DigestColumn;
use crate::{Db, Result, Tx};

/// Published version against receipt, of one resource.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Status {
    pub published_version: i32,
    pub published_at: Option<DateTime<Utc>>,
    pub replica_version: Option<i32>,
    pub epoch: i64,
    pub replicated_at: Option<DateTime<Utc>>,
    pub notified_at: Option<DateTime<Utc>>,
}

pub async fn status(tx: &mut Tx, workspace: Uuid, resource: Uuid) -> Result<Status> {
    Ok(sqlx::query_as(
        "SELECT coalesce(v.version, 0) AS published_version, v.published_at, p.version AS replica_version,
                coalesce(p.epoch, (SELECT epoch FROM replica_epoch)) AS epoch, p.replicated_at, p.notified_at
           FROM resources r
           LEFT JOIN resource_versions v ON v.id = r.published_version_id
           LEFT JOIN replica_receipts p ON p.resource_id = r.id
          WHERE r.workspace_id = $1 AND r.id = $2",
    )
    .bind(workspace)
    .bind(resource)
    .fetch_one(&mut **tx)
    .await?)
}

/// What CURRENT ought to say of a published resource.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Expected {
    pub workspace_id: Uuid,
    pub resource_id: Uuid,
    pub version: i32,
    #[sqlx(try_from = "Vec<u8>")]
    pub digest: DigestColumn,
    /// An outbox row waits: the dispatcher has yet to come by, so a difference is no mismatch.
    pub pending: bool,
}

/// Published resources in id order after `after`, for reconcile's comparison.
pub async fn expected(db: &Db, after: Option<Uuid>, limit: i64) -> Result<Vec<Expected>> {
    Ok(sqlx::query_as(
        "SELECT r.workspace_id, r.id AS resource_id, v.version, v.digest,
                EXISTS (SELECT FROM outbox o WHERE o.resource_id = r.id AND o.dead_at IS NULL) AS pending
           FROM resources r JOIN resource_versions v ON v.id = r.published_version_id
          WHERE ($1::uuid IS NULL OR r.id > $1) ORDER BY r.id LIMIT $2",
    )
    .bind(after)
    .bind(limit)
    .fetch_all(db.pool())
    .await?)
}

pub async fn workspaces(db: &Db) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar("SELECT id FROM workspaces ORDER BY id").fetch_all(db.pool()).await?)
}

/// Those of these resources that exist.
pub async fn known(db: &Db, workspace: Uuid, resources: &[Uuid]) -> Result<Vec<Uuid>> {
    let query = "SELECT id FROM resources WHERE workspace_id = $1 AND id = ANY ($2)";
    Ok(sqlx::query_scalar(query).bind(workspace).bind(resources).fetch_all(db.pool()).await?)
}

/// The epoch, and the number of the newest version that Postgres has published of a resource by now. `None` when it is gone.
pub async fn newest(db: &Db, resource: Uuid) -> Result<Option<(i64, i32)>> {
    Ok(sqlx::query_as("SELECT (SELECT epoch FROM replica_epoch), last_version FROM resources WHERE id = $1")
        .bind(resource)
        .fetch_optional(db.pool())
        .await?)
}

pub async fn epoch(db: &Db) -> Result<i64> {
    Ok(sqlx::query_scalar("SELECT epoch FROM replica_epoch").fetch_one(db.pool()).await?)
}

/// After a restore: raises the epoch past everything that the replica was seen to hold. Answers the new one.
pub async fn adopt_restore(db: &Db, seen_epoch: i64) -> Result<i64> {
    Ok(sqlx::query_scalar("SELECT adopt_restore($1)").bind(seen_epoch).fetch_one(db.pool()).await?)
}
