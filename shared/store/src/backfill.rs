//! What `1748400000_ProvenanceBackfillAndIndexes.sql` does, done before it while the application works: a file is one transaction,
//! and a long one holds up every writer behind it. Each step finds out what is left, so that one that was interrupted goes on.

use sqlx::{Connection as _, PgConnection};
use uuid::Uuid;

use crate::Result;

/// Rows labelled in a transaction, and resources counted in one: few enough that who waits for one of them hardly notices.
const ROWS: i64 = 1000;
const RESOURCES: i64 = 100;

/// Labels the history, counts what the designer published, and makes the constraint and the indexes that the file would.
/// An empty database is left to the file, which is done with it at once.
pub async fn run(connection: &mut PgConnection) -> Result<()> {
    let newest = "SELECT max(id) FROM resource_versions";
    let Some(newest) = sqlx::query_scalar::<_, Option<i64>>(newest).fetch_one(&mut *connection).await? else { return Ok(()) };
    label_history(connection, newest).await?;
    count_publishes(connection).await?;
    constrain_sources(connection).await?;
    build_indexes(connection).await
}

/// Up to the newest row there is: what old code inserts meanwhile is labelled by a trigger.
async fn label_history(connection: &mut PgConnection, newest: i64) -> Result<()> {
    let (mut done, mut labelled) = (0i64, 0);
    loop {
        let batch = "SELECT max(id) FROM (SELECT id FROM resource_versions WHERE id > $1 AND id <= $2 ORDER BY id LIMIT $3) AS batch";
        let end: Option<i64> = sqlx::query_scalar(batch).bind(done).bind(newest).bind(ROWS).fetch_one(&mut *connection).await?;
        let Some(end) = end else { break };
        // Both columns at once, so that no row is written twice; rows that need neither aren't written at all.
        let label = "UPDATE resource_versions v
                SET source = CASE WHEN source <> 'designer' THEN source WHEN published_at IS NULL THEN 'designer-draft' ELSE 'designer-publish' END,
                    created_by_email = coalesce(created_by_email, (SELECT u.email FROM users u WHERE u.id = v.created_by))
              WHERE id > $1 AND id <= $2
                AND (source = 'designer' OR (created_by_email IS NULL AND EXISTS (SELECT FROM users u WHERE u.id = v.created_by)))";
        labelled += sqlx::query(label).bind(done).bind(end).execute(&mut *connection).await?.rows_affected();
        done = end;
        tracing::info!(labelled, up_to = done, of = newest, "labelling the history");
    }
    Ok(())
}

/// The lock and the count are two statements, so that the count sees what was published before the lock was had.
async fn count_publishes(connection: &mut PgConnection) -> Result<()> {
    let mut done = Uuid::nil();
    loop {
        let mut tx = connection.begin().await?;
        let lock = "SELECT id FROM resources WHERE id > $1 ORDER BY id LIMIT $2 FOR NO KEY UPDATE";
        let batch: Vec<Uuid> = sqlx::query_scalar(lock).bind(done).bind(RESOURCES).fetch_all(&mut *tx).await?;
        let Some(end) = batch.last() else { return Ok(tx.commit().await?) };
        let count = "UPDATE resources r SET designer_publishes = p.count, last_designer_version_id = p.newest
               FROM (SELECT resource_id, count(*) AS count, max(id) AS newest FROM resource_versions
                      WHERE resource_id = ANY ($1) AND version IS NOT NULL AND surface = 'designer' GROUP BY resource_id) AS p
              WHERE p.resource_id = r.id AND p.count > r.designer_publishes";
        sqlx::query(count).bind(&batch).execute(&mut *tx).await?;
        done = *end;
        tx.commit().await?;
        tracing::info!(up_to = %done, "counting what the designer published");
    }
}

/// Added without looking at what is there, which takes a moment; then what is there is looked at, which stops nobody.
async fn constrain_sources(connection: &mut PgConnection) -> Result<()> {
    let exists =
        "SELECT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'resource_versions'::regclass AND conname = 'resource_versions_source')";
    if !sqlx::query_scalar::<_, bool>(exists).fetch_one(&mut *connection).await? {
        let add = "ALTER TABLE resource_versions ADD CONSTRAINT resource_versions_source
            CHECK (source IN ('designer-publish', 'cli-publish', 'cli-apply', 'designer-draft', 'rollback')) NOT VALID";
        sqlx::raw_sql(add).execute(&mut *connection).await?;
    }
    sqlx::raw_sql("ALTER TABLE resource_versions VALIDATE CONSTRAINT resource_versions_source").execute(connection).await?;
    Ok(())
}

/// An index, how to drop what an interrupted build left of it (it is never used, and its name is taken), and how to build it.
const INDEXES: [(&str, &str, &str); 3] = [
    (
        "ix_flow_versions_workspace_source_commit",
        "DROP INDEX CONCURRENTLY ix_flow_versions_workspace_source_commit",
        "CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_flow_versions_workspace_source_commit ON resource_versions (workspace_id, source, git_commit_sha)",
    ),
    (
        "ix_flow_versions_flow_published_at",
        "DROP INDEX CONCURRENTLY ix_flow_versions_flow_published_at",
        "CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_flow_versions_flow_published_at
             ON resource_versions (resource_id, published_at DESC, id DESC) WHERE version IS NOT NULL",
    ),
    (
        "ix_resource_versions_resource_version",
        "DROP INDEX CONCURRENTLY ix_resource_versions_resource_version",
        "CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_resource_versions_resource_version ON resource_versions (resource_id, id DESC) INCLUDE (version)",
    ),
];

/// Waits for every transaction that was open before, however long it takes: meanwhile nobody waits for it.
async fn build_indexes(connection: &mut PgConnection) -> Result<()> {
    sqlx::raw_sql("SET lock_timeout = 0").execute(&mut *connection).await?;
    for (name, drop, build) in INDEXES {
        let valid = "SELECT i.indisvalid FROM pg_index i WHERE i.indexrelid = to_regclass($1)";
        if sqlx::query_scalar::<_, bool>(valid).bind(name).fetch_optional(&mut *connection).await? == Some(false) {
            sqlx::raw_sql(drop).execute(&mut *connection).await?;
        }
        tracing::info!(index = name, "building an index");
        sqlx::raw_sql(build).execute(&mut *connection).await?;
    }
    sqlx::raw_sql("RESET lock_timeout").execute(connection).await?;
    Ok(())
}
