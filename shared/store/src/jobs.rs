//! What the sweep removes, each a query; batches keep its locks short.

use uuid::Uuid;

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

/// Pulls of forgotten credentials, but for those that are still the newest of their resource.
pub async fn forget_pulls(db: &Db) -> Result<u64> {
    Ok(sqlx::query(
        "DELETE FROM pulls p
          WHERE NOT EXISTS (SELECT FROM credentials c WHERE c.id = p.credential_id)
            AND EXISTS (SELECT FROM pulls n WHERE n.resource_id = p.resource_id AND n.as_of > p.as_of)",
    )
    .execute(db.pool())
    .await?
    .rows_affected())
}

/// Of a page of resources after `after`: unpublished snapshots older than `days`, save the newest `keep` of each and the one that
/// its draft stands on. Answers how many went, and the last resource of the page.
pub async fn age_out_snapshots(db: &Db, after: Option<Uuid>, days: i32, keep: i64, page: i64) -> Result<(i64, Option<Uuid>)> {
    Ok(sqlx::query_as(
        "WITH page AS MATERIALIZED (
             SELECT r.id FROM resources r WHERE $1::uuid IS NULL OR r.id > $1 ORDER BY r.id LIMIT $4),
         kept AS MATERIALIZED (
             SELECT p.id, (SELECT k.id FROM resource_versions k WHERE k.resource_id = p.id AND k.version IS NULL
                            ORDER BY k.id DESC OFFSET $3 - 1 LIMIT 1) AS oldest
               FROM page p),
         gone AS (
             DELETE FROM resource_versions v USING kept
              WHERE v.resource_id = kept.id AND v.version IS NULL AND v.id < kept.oldest
                AND v.created_at < clock_timestamp() - make_interval(days => $2)
                AND NOT EXISTS (SELECT FROM resource_drafts d WHERE d.resource_id = kept.id AND d.snapshot_id = v.id)
             RETURNING 1)
         SELECT (SELECT count(*) FROM gone), (SELECT max(id::text)::uuid FROM page)",
    )
    .bind(after)
    .bind(days)
    .bind(keep)
    .bind(page)
    .fetch_one(db.pool())
    .await?)
}

/// Where a page of contents ended: workspace and digest.
pub type ContentKey = (Uuid, Vec<u8>);

/// Of a page of contents after `after`: those older than a day that no draft, version, manifest, applied digest or anchor refers to.
/// Answers how many went, and the last content of the page. One that is taken up again at this moment is kept by its foreign key: the
/// page then fails as a whole, and the next sweep finds it referred to.
pub async fn collect_contents(db: &Db, after: Option<&ContentKey>, page: i64) -> Result<(i64, Option<ContentKey>)> {
    let (workspace, digest) = after.map(|(workspace, digest)| (*workspace, digest.clone())).unwrap_or_default();
    let (gone, workspace, digest): (i64, Option<Uuid>, Option<Vec<u8>>) = sqlx::query_as(
        "WITH page AS MATERIALIZED (
             SELECT o.workspace_id, o.digest FROM contents o WHERE (o.workspace_id, o.digest) > ($1, $2)
              ORDER BY o.workspace_id, o.digest LIMIT $3),
         gone AS (
             DELETE FROM contents c USING page o
              WHERE c.workspace_id = o.workspace_id AND c.digest = o.digest AND c.created_at < clock_timestamp() - interval '1 day'
                AND (c.keep_until IS NULL OR c.keep_until < clock_timestamp())
                AND NOT EXISTS (SELECT FROM resource_versions v WHERE v.workspace_id = o.workspace_id AND v.digest = o.digest)
                AND NOT EXISTS (SELECT FROM event_flow_manifests m WHERE m.workspace_id = o.workspace_id AND m.digest = o.digest)
                AND NOT EXISTS (SELECT FROM resource_drafts d WHERE d.workspace_id = o.workspace_id AND d.digest = o.digest)
                AND NOT EXISTS (SELECT FROM resource_drafts d WHERE d.workspace_id = o.workspace_id AND d.manifest_digest = o.digest)
                AND NOT EXISTS (SELECT FROM resources r WHERE r.workspace_id = o.workspace_id AND r.applied_digest = o.digest)
                AND NOT EXISTS (SELECT FROM git_anchors a WHERE a.workspace_id = o.workspace_id AND a.digest = o.digest)
             RETURNING 1)
         SELECT (SELECT count(*) FROM gone), last.workspace_id, last.digest
           FROM (SELECT 1) AS one LEFT JOIN (SELECT workspace_id, digest FROM page ORDER BY workspace_id DESC, digest DESC LIMIT 1) AS last ON true",
    )
    .bind(workspace)
    .bind(digest)
    .bind(page)
    .fetch_one(db.pool())
    .await?;
    Ok((gone, workspace.zip(digest)))
}

/// Makes what is missing of the partitions of this month and the next ones; how many that were.
pub async fn make_run_partitions(db: &Db, months_ahead: i32) -> Result<i32> {
    Ok(sqlx::query_scalar("SELECT make_run_partitions($1)").bind(months_ahead).fetch_one(db.pool()).await?)
}

/// Drops the months of runs that ended more than `days` ago, and their sums; how many months that were.
pub async fn drop_run_partitions(db: &Db, days: i32) -> Result<i32> {
    Ok(sqlx::query_scalar("SELECT drop_run_partitions(clock_timestamp() - make_interval(days => $1))")
        .bind(days)
        .fetch_one(db.pool())
        .await?)
}

/// Whether runs had to go where no partition was made for them.
pub async fn runs_without_a_partition(db: &Db) -> Result<bool> {
    Ok(sqlx::query_scalar("SELECT EXISTS (SELECT FROM runs_default)").fetch_one(db.pool()).await?)
}

/// Sums by the minute serve charts of the last day.
pub async fn forget_minutes(db: &Db, hours: i32) -> Result<u64> {
    Ok(sqlx::query("DELETE FROM run_stats WHERE grain = 'minute' AND at < clock_timestamp() - make_interval(hours => $1)")
        .bind(hours)
        .execute(db.pool())
        .await?
        .rows_affected())
}
