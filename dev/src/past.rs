//! A workspace with a long past: history and runs of any length, put there by a superuser who is not held to the triggers. What pages
//! of it cost is measured, and tested.

use anyhow::Result;
use sqlx::PgPool;
use uuid::Uuid;

/// A connector and a flow, with a quarter of the history each.
pub const CONNECTOR: &str = "long-lived-connector";
pub const FLOW: &str = "long-lived-flow";
/// A flow that nobody touched in the second half of it all, with a fortieth of the rows: who looks for its rows from the newest
/// row of all on finds none for long.
pub const DORMANT: &str = "dormant-flow";
/// Connectors that share the rest.
const OTHERS: i32 = 100;
/// Rows put in by one transaction.
const AT_ONCE: usize = 500_000;

/// What a workspace's past grows in.
#[derive(Debug)]
pub struct Past<'a> {
    admin: &'a PgPool,
    workspace: Uuid,
    rows: usize,
}

const RESOURCES: &str = "
    WITH bodies AS (INSERT INTO contents (workspace_id, digest, body)
            SELECT $1, sha256(convert_to(b, 'UTF8')), convert_to(b, 'UTF8')
              FROM (VALUES ('{\"entities\":{},\"event_flows\":{},\"schema_version\":\"3.0\",\"settings\":{}}'), ('{\"edges\":[],\"nodes\":[]}'), ('[]')) AS t (b)
            ON CONFLICT DO NOTHING),
         made AS (INSERT INTO resources (workspace_id, type, slug, name)
            SELECT $1, type, slug, slug FROM (VALUES ('connector', $2), ('flow', $3), ('flow', $4)) AS t (type, slug)
             UNION ALL SELECT $1, 'connector', 'other-' || n, 'other' FROM generate_series(1, $5::int) AS n
            RETURNING id, type)
    INSERT INTO resource_drafts (resource_id, workspace_id, digest, manifest_digest)
    SELECT id, $1, CASE type WHEN 'flow' THEN sha256('{\"edges\":[],\"nodes\":[]}') ELSE sha256('{\"entities\":{},\"event_flows\":{},\"schema_version\":\"3.0\",\"settings\":{}}') END,
           CASE type WHEN 'connector' THEN sha256('[]') END FROM made";

/// The row number `i` belongs to a resource as its `k`th; every third was published, by the designer and from git in turn.
const HISTORY: &str = "
    INSERT INTO resource_versions (workspace_id, resource_id, version, digest, source, surface, actor_kind, created_by_email, git_commit_sha, created_at, published_at)
    SELECT $1, r.id, CASE WHEN h.k % 3 = 2 THEN h.k / 3 + 1 END, d.digest,
           CASE WHEN h.k % 2 = 0 THEN CASE WHEN h.k % 3 = 2 THEN 'cli-publish' ELSE 'cli-apply' END WHEN h.k % 3 = 2 THEN 'designer-publish' ELSE 'designer-draft' END,
           CASE WHEN h.k % 2 = 0 THEN 'cli' ELSE 'designer' END, 'human', 'person' || h.k % 10 || '@old.example',
           CASE WHEN h.k % 2 = 0 THEN md5(h.i::text) END, h.at, CASE WHEN h.k % 3 = 2 THEN h.at END
      FROM (SELECT i, timestamptz '2025-01-01 00:00:00Z' + i * interval '1 second' AS at,
                   CASE WHEN i % 4 = 0 THEN $2 WHEN i % 4 = 1 THEN $3 WHEN i % 20 = 2 AND i < $8 THEN $4 ELSE 'other-' || 1 + (i / 4 * 2 + i % 2) % $5::int END AS slug,
                   CASE WHEN i % 4 < 2 THEN i / 4 WHEN i % 20 = 2 AND i < $8 THEN i / 20 ELSE (i / 4 * 2 + i % 2) / $5::int END AS k
              FROM generate_series($6::int, $7::int - 1) AS i) AS h
      JOIN resources r ON r.workspace_id = $1 AND r.slug = h.slug
      JOIN resource_drafts d ON d.resource_id = r.id
     ORDER BY h.i";

const POINTERS: &str = "
    UPDATE resources r SET published_version_id = v.id, last_version = v.version,
           (designer_publishes, last_designer_version_id) = (SELECT count(*), max(id) FROM resource_versions
                WHERE resource_id = r.id AND version IS NOT NULL AND surface = 'designer')
      FROM (SELECT DISTINCT ON (resource_id) resource_id, id, version FROM resource_versions
             WHERE version IS NOT NULL AND workspace_id = $1 ORDER BY resource_id, version DESC) AS v
     WHERE v.resource_id = r.id";

/// A quarter of the runs are the flow's; the last are the youngest.
const RUNS: &str = "
    INSERT INTO runs (id, workspace_id, flow_id, flow_slug, version_id, flow_version, source, family, git_commit_sha, status, duration_us, input, output, error, created_at)
    SELECT uuid_v7(h.at), $1, CASE i % 4 WHEN 0 THEN (SELECT id FROM resources WHERE workspace_id = $1 AND slug = $2) ELSE md5((i % 100)::text)::uuid END,
           CASE i % 4 WHEN 0 THEN $2 ELSE 'other-' || i % 100 END, i % 1000, i % 1000,
           CASE WHEN i / 4 % 2 = 0 THEN 'cli-publish' ELSE 'designer-publish' END, CASE WHEN i / 4 % 2 = 0 THEN 'cli' ELSE 'designer' END,
           CASE WHEN i / 4 % 2 = 0 THEN md5((i % 1000)::text) END, CASE WHEN i / 8 % 5 = 0 THEN 'failed' ELSE 'succeeded' END, 10 + i % 90,
           '{\"amount\": 120}', CASE WHEN i / 8 % 5 <> 0 THEN '{\"accepted\": true}'::json END, CASE WHEN i / 8 % 5 = 0 THEN '{\"message\": \"no\"}'::json END, h.at
      FROM (SELECT i, clock_timestamp() - ($4::int - i) * interval '1 microsecond' AS at FROM generate_series($3::int, $4::int - 1) AS i) AS h";

/// Every list of the past, by what it is called in reports; drift is none, and has to cost as little.
#[must_use]
pub fn lists() -> [(&'static str, String); 9] {
    [
        ("connector versions", format!("/api/connectors/{CONNECTOR}/versions?limit=50")),
        ("connector history", format!("/v1/sync/history/connector/{CONNECTOR}?limit=50")),
        ("flow history", format!("/v1/sync/history/flow/{FLOW}?limit=50")),
        ("a dormant flow's history", format!("/v1/sync/history/flow/{DORMANT}?limit=50")),
        ("flow publishes", format!("/v1/sync/history/flow/{FLOW}/publishes?limit=50")),
        ("a dormant flow's publishes", format!("/v1/sync/history/flow/{DORMANT}/publishes?limit=50")),
        ("runs", "/v1/runs?limit=50".to_owned()),
        ("failed runs of a flow", format!("/v1/runs?limit=50&source=cli&status=failed&flow={FLOW}")),
        ("drift", "/v1/sync/drift".to_owned()),
    ]
}

impl<'a> Past<'a> {
    /// Makes the resources, drafted; `admin` is a superuser in the workspace's database.
    ///
    /// # Errors
    /// When the workspace has one of these slugs.
    pub async fn begin(admin: &'a PgPool, workspace: Uuid) -> Result<Past<'a>> {
        let resources = sqlx::query(RESOURCES).bind(workspace).bind(CONNECTOR).bind(FLOW).bind(DORMANT).bind(OTHERS);
        resources.execute(admin).await?;
        Ok(Past { admin, workspace, rows: 0 })
    }

    /// Goes on until there are so many rows of history, and so many runs.
    ///
    /// # Errors
    /// When Postgres refuses it.
    pub async fn grow(&mut self, rows: usize) -> Result<()> {
        while self.rows < rows {
            let until = rows.min(self.rows + AT_ONCE);
            let (from, to) = (i32::try_from(self.rows)?, i32::try_from(until)?);
            let mut tx = self.admin.begin().await?;
            sqlx::raw_sql("SET LOCAL session_replication_role = replica; SET LOCAL synchronous_commit = off").execute(&mut *tx).await?;
            let history = sqlx::query(HISTORY).bind(self.workspace).bind(CONNECTOR).bind(FLOW).bind(DORMANT).bind(OTHERS);
            history.bind(from).bind(to).bind(i32::try_from(rows / 2)?).execute(&mut *tx).await?;
            sqlx::query(RUNS).bind(self.workspace).bind(FLOW).bind(from).bind(to).execute(&mut *tx).await?;
            tx.commit().await?;
            self.rows = until;
        }
        sqlx::query(POINTERS).bind(self.workspace).execute(self.admin).await?;
        sqlx::raw_sql("VACUUM (ANALYZE)").execute(self.admin).await?;
        Ok(())
    }
}
