//! Many connectors at once, put into the database by its owner. Each has two configs of its own to change between, and
//! shares no row with another, as in life.

use anyhow::{Result, ensure};
use domain::{Canonical, canonical, connector};
use uuid::Uuid;

use super::configs::{self, MARKER, VARIANT};
use super::stage::Stage;

/// Connectors `<prefix>-1` to `<prefix>-<count>`, drafted and never published.
pub struct Pool<'a> {
    stage: &'a Stage<'a>,
    pub prefix: &'static str,
    pub count: usize,
}

impl<'a> Pool<'a> {
    pub async fn seed(stage: &'a Stage<'a>, prefix: &'static str, count: usize, bytes: usize) -> Result<Pool<'a>> {
        let body = configs::of_size(bytes, 1);
        let manifest = String::from_utf8(Canonical::of(&connector::manifest(&canonical::parse(body.as_bytes())?)).bytes)?;
        let mut tx = stage.owner.begin().await?;
        sqlx::raw_sql(
            "CREATE TABLE IF NOT EXISTS bench_pool (prefix text, n int, resource_id uuid PRIMARY KEY DEFAULT uuid_v7(), a bytea, b bytea, manifest bytea);
             CREATE TEMP TABLE bodies (n int, part text, body bytea) ON COMMIT DROP",
        )
        .execute(&mut *tx)
        .await?;
        sqlx::query(
            "INSERT INTO bodies SELECT n, part, convert_to(replace(replace(template, $1, lpad($6 || n, length($1), '0')), $2, lpad(part, length($2), '-')), 'UTF8')
               FROM generate_series(1, $3) AS n, (VALUES ('a', $4), ('b', $4), ('manifest', $5)) AS t (part, template)",
        )
        .bind(MARKER)
        .bind(VARIANT)
        .bind(i32::try_from(count)?)
        .bind(body)
        .bind(manifest)
        .bind(prefix)
        .execute(&mut *tx)
        .await?;
        sqlx::query("INSERT INTO contents (workspace_id, digest, body) SELECT $1, sha256(body), body FROM bodies")
            .bind(stage.workspace)
            .execute(&mut *tx)
            .await?;
        sqlx::query(
            "INSERT INTO bench_pool (prefix, n, a, b, manifest)
             SELECT $1, n, sha256(a.body), sha256(b.body), sha256(m.body)
               FROM (SELECT * FROM bodies WHERE part = 'a') a JOIN (SELECT * FROM bodies WHERE part = 'b') b USING (n)
               JOIN (SELECT * FROM bodies WHERE part = 'manifest') m USING (n) ORDER BY n",
        )
        .bind(prefix)
        .execute(&mut *tx)
        .await?;
        sqlx::query("INSERT INTO resources (id, workspace_id, type, slug, name) SELECT resource_id, $1, 'connector', prefix || '-' || n, 'Bench' FROM bench_pool WHERE prefix = $2")
            .bind(stage.workspace)
            .bind(prefix)
            .execute(&mut *tx)
            .await?;
        sqlx::query(
            "INSERT INTO checks (workspace_id, type, digest, checker_version, publishable, diagnostics)
             SELECT $1, 'connector', digest, $3, true, '{\"warnings\": [], \"blockers\": []}' FROM bench_pool, unnest(ARRAY[a, b]) AS digest WHERE prefix = $2",
        )
        .bind(stage.workspace)
        .bind(prefix)
        .bind(connector::CHECKER_VERSION)
        .execute(&mut *tx)
        .await?;
        sqlx::query("INSERT INTO resource_drafts (resource_id, workspace_id, digest, manifest_digest) SELECT resource_id, $1, a, manifest FROM bench_pool WHERE prefix = $2")
            .bind(stage.workspace)
            .bind(prefix)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        stage.tidy().await?;
        Ok(Pool { stage, prefix, count })
    }

    /// Every draft gets the other config, as if somebody had edited it.
    pub async fn edit_all(&self) -> Result<()> {
        sqlx::query("UPDATE resource_drafts d SET digest = CASE d.digest WHEN p.a THEN p.b ELSE p.a END FROM bench_pool p WHERE p.resource_id = d.resource_id AND p.prefix = $1")
            .bind(self.prefix)
            .execute(&self.stage.owner)
            .await?;
        self.stage.tidy().await
    }

    /// Their ids, in the order of their numbers.
    pub async fn resources(&self) -> Result<Vec<Uuid>> {
        Ok(sqlx::query_scalar("SELECT resource_id FROM bench_pool WHERE prefix = $1 ORDER BY n")
            .bind(self.prefix)
            .fetch_all(&self.stage.owner)
            .await?)
    }

    /// A measurement of publishes that were refused would be none.
    pub async fn expect_all_at(&self, version: i32) -> Result<()> {
        let there: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM resources r JOIN bench_pool p ON p.resource_id = r.id WHERE p.prefix = $1 AND r.last_version = $2",
        )
        .bind(self.prefix)
        .bind(version)
        .fetch_one(&self.stage.owner)
        .await?;
        ensure!(usize::try_from(there)? == self.count, "of {} connectors {there} are at version {version}", self.count);
        Ok(())
    }
}
