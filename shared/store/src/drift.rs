//! Where production and git differ: counters and anchors, never the history.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{Result, Tx};

/// Where production last agreed with git.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Anchor {
    pub branch: Option<String>,
    pub commit: String,
    pub at: DateTime<Utc>,
}

/// The newest of the workspace's anchors.
pub async fn newest_anchor(tx: &mut Tx, workspace: Uuid) -> Result<Option<Anchor>> {
    Ok(sqlx::query_as("SELECT branch, commit, at FROM git_anchors WHERE workspace_id = $1 ORDER BY at DESC LIMIT 1")
        .bind(workspace)
        .fetch_optional(&mut **tx)
        .await?)
}

/// A resource that differs, and how. The `total_` columns are the same in every row: of the workspace, however few rows were asked for.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Drifted {
    #[sqlx(rename = "type")]
    pub kind: String,
    pub slug: String,
    pub active_version: i32,
    /// Publishes, rollbacks, archives and unarchives from the designer surface since the anchor.
    pub designer_publishes: i64,
    pub designer_version: Option<i32>,
    pub designer_by: Option<String>,
    pub designer_at: Option<DateTime<Utc>>,
    /// The cli wrote the draft last, and nobody published it.
    pub push: bool,
    /// Another surface changed it since the credential's last pull.
    pub pull: bool,
    pub draft_by: Option<String>,
    pub draft_at: DateTime<Utc>,
    /// When another surface last changed it, and who wrote the draft there last.
    pub changed_at: Option<DateTime<Utc>>,
    pub changed_by: Option<String>,
    pub total_designer_publishes: i64,
    pub total_push: i64,
    pub total_pull: i64,
    pub total_conflicts: i64,
}

/// What differs, by type and slug. A resource that a credential has never pulled counts from the oldest pull that it has made of any.
///
/// The active version's number is on the resource, and its digest in the anchor where that is current; elsewhere both are looked up by
/// the row's id, for drafts of the cli and for what is listed alone. So the length of the history does not matter.
pub async fn list(tx: &mut Tx, workspace: Uuid, credential: Uuid, limit: i64) -> Result<Vec<Drifted>> {
    Ok(sqlx::query_as(
        "WITH first_pull AS MATERIALIZED (
             SELECT min(first_as_of) AS at FROM pulls WHERE workspace_id = $1 AND credential_id = $2),
         states AS (
             SELECT r.type, r.slug, r.last_version AS active_version, r.last_designer_version_id,
                    r.designer_publishes - coalesce(a.designer_publishes, 0) AS designer_publishes,
                    d.updated_surface = 'cli' AND NOT r.archived AND d.digest IS DISTINCT FROM CASE
                        WHEN a.version = r.last_version THEN a.digest
                        ELSE (SELECT v.digest FROM resource_versions v WHERE v.id = r.published_version_id) END AS push,
                    (greatest(r.other_surface_changed_at, d.other_surface_at) > coalesce(p.as_of, (SELECT at FROM first_pull))) IS TRUE AS pull,
                    d.updated_by_email AS draft_by, d.updated_at AS draft_at,
                    greatest(r.other_surface_changed_at, d.other_surface_at) AS changed_at, d.other_surface_by AS changed_by
               FROM resources r
               JOIN resource_drafts d ON d.resource_id = r.id
               LEFT JOIN git_anchors a ON a.resource_id = r.id
               LEFT JOIN pulls p ON p.workspace_id = $1 AND p.credential_id = $2 AND p.resource_id = r.id
              WHERE r.workspace_id = $1),
         listed AS MATERIALIZED (
             SELECT s.*, (sum(s.designer_publishes) OVER ())::bigint AS total_designer_publishes,
                    count(*) FILTER (WHERE s.push AND NOT s.pull) OVER () AS total_push,
                    count(*) FILTER (WHERE s.pull AND NOT s.push) OVER () AS total_pull,
                    count(*) FILTER (WHERE s.push AND s.pull) OVER () AS total_conflicts
               FROM states s WHERE s.designer_publishes > 0 OR s.push OR s.pull
              ORDER BY s.type, s.slug LIMIT $3)
         SELECT l.*, h.version AS designer_version, h.created_by_email AS designer_by, h.published_at AS designer_at
           FROM listed l
           -- The limit keeps the planner from reading the history as a whole for many of them.
           LEFT JOIN LATERAL (SELECT v.* FROM resource_versions v WHERE v.id = l.last_designer_version_id LIMIT 1) AS h ON true
          ORDER BY l.type, l.slug",
    )
    .bind(workspace)
    .bind(credential)
    .bind(limit)
    .fetch_all(&mut **tx)
    .await?)
}
