//! What the sweep removes, each a query; batches keep its locks short.

use crate::{Db, Result};

/// Keys older than their 24 hours.
pub async fn expire_idempotency_keys(db: &Db) -> Result<u64> {
    Ok(sqlx::query("DELETE FROM idempotency_keys WHERE created_at < clock_timestamp() - interval '24 hours'")
        .execute(db.pool())
        .await?
        .rows_affected())
}

/// Sessions and tokens that ended 30 days ago; until then lists and the audit log can still name them.
pub async fn forget_credentials(db: &Db) -> Result<u64> {
    Ok(sqlx::query("DELETE FROM credentials WHERE least(expires_at, revoked_at) < clock_timestamp() - interval '30 days'")
        .execute(db.pool())
        .await?
        .rows_affected())
}

/// Unpublished snapshots older than `days`, save the newest `keep` of each resource and the one that its draft stands on.
pub async fn age_out_snapshots(db: &Db, days: i32, keep: i64, batch: i64) -> Result<u64> {
    Ok(sqlx::query(
        "DELETE FROM resource_versions v USING (
             SELECT s.id FROM resource_versions s
              WHERE s.version IS NULL AND s.created_at < clock_timestamp() - make_interval(days => $1)
                AND NOT EXISTS (SELECT FROM resource_drafts d WHERE d.snapshot_id = s.id)
                AND s.id < (SELECT coalesce(min(n.id), 0) FROM (
                        SELECT k.id FROM resource_versions k WHERE k.resource_id = s.resource_id AND k.version IS NULL
                         ORDER BY k.id DESC LIMIT $2) AS n)
              ORDER BY s.id LIMIT $3) AS old
          WHERE v.id = old.id AND v.version IS NULL",
    )
    .bind(days)
    .bind(keep)
    .bind(batch)
    .execute(db.pool())
    .await?
    .rows_affected())
}

/// Contents older than a day that no draft, version, manifest, applied digest or anchor refers to. One that is taken up again at
/// this moment is kept by its foreign key: the delete then fails as a whole and the next sweep finds it referred to.
pub async fn collect_contents(db: &Db, batch: i64) -> Result<u64> {
    Ok(sqlx::query(
        "DELETE FROM contents c USING (
             SELECT o.workspace_id, o.digest FROM contents o
              WHERE o.created_at < clock_timestamp() - interval '1 day'
                AND NOT EXISTS (SELECT FROM resource_versions v WHERE v.workspace_id = o.workspace_id AND v.digest = o.digest)
                AND NOT EXISTS (SELECT FROM resource_drafts d WHERE d.workspace_id = o.workspace_id AND o.digest IN (d.digest, d.manifest_digest))
                AND NOT EXISTS (SELECT FROM event_flow_manifests m WHERE m.workspace_id = o.workspace_id AND m.digest = o.digest)
                AND NOT EXISTS (SELECT FROM resources r WHERE r.workspace_id = o.workspace_id AND r.applied_digest = o.digest)
                AND NOT EXISTS (SELECT FROM git_anchors a WHERE a.workspace_id = o.workspace_id AND a.digest = o.digest)
              LIMIT $1) AS unused
          WHERE c.workspace_id = unused.workspace_id AND c.digest = unused.digest",
    )
    .bind(batch)
    .execute(db.pool())
    .await?
    .rows_affected())
}
