//! The transactional outbox. Written by `mint_version` alone (and by reconcile, which asks for a repeat); read by the dispatcher
//! with a lease and a fencing token, never with a cursor over a sequence.

use chrono::{DateTime, Utc};
use domain::Trace;
use domain::digest::Digest;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::drafts::DigestColumn;
use crate::{Db, Result, Tx};

/// The newest leased row of a resource, with what it takes to replicate that version.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Leased {
    pub id: Uuid,
    pub workspace_id: Uuid,
    pub resource_id: Uuid,
    pub resource_type: String,
    pub slug: String,
    pub version: i32,
    pub event: String,
    pub attempts: i32,
    #[sqlx(try_from = "Vec<u8>")]
    pub digest: DigestColumn,
    pub manifest_digest: Option<Vec<u8>>,
    pub archived: bool,
    pub published_at: DateTime<Utc>,
    pub epoch: i64,
    pub trace: Option<String>,
}

impl Leased {
    pub fn digest(&self) -> Digest {
        self.digest.0
    }

    /// Of the publish that wrote the row; none where it said none, or nothing well-formed.
    pub fn trace(&self) -> Option<Trace> {
        Trace::parse(self.trace.as_deref()?)
    }
}

/// Leases up to `limit` due rows for `lease_seconds` and answers the newest of each resource; the older ones are leased with it and
/// go when it goes. `attempts` counts this one.
pub async fn lease(db: &Db, token: Uuid, limit: i64, lease_seconds: f64) -> Result<Vec<Leased>> {
    Ok(sqlx::query_as(
        "WITH due AS (
             -- A name that the outbox does not have is looked for outside: this code runs on the schema of the release before it, too,
             -- where the rows have no trace.
             SELECT d.id, d.trace FROM (SELECT NULL::text AS trace) AS absent CROSS JOIN LATERAL (
                 SELECT id, trace FROM outbox
                  WHERE dead_at IS NULL AND next_attempt_at <= clock_timestamp() AND (lease_until IS NULL OR lease_until < clock_timestamp())
                  ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED) AS d),
         leased AS (
             UPDATE outbox o SET lease_token = $1, lease_until = clock_timestamp() + make_interval(secs => $3), attempts = o.attempts + 1
              WHERE o.id = ANY (ARRAY (SELECT id FROM due))
             RETURNING o.id, o.workspace_id, o.resource_id, o.version, o.event, o.attempts),
         newest AS (
             SELECT DISTINCT ON (resource_id) * FROM leased ORDER BY resource_id, version DESC, id DESC)
         SELECT n.id, n.workspace_id, n.resource_id, r.type AS resource_type, r.slug, n.version, n.event, n.attempts, v.digest,
                m.digest AS manifest_digest, v.archived, v.published_at, (SELECT epoch FROM replica_epoch) AS epoch, due.trace
           FROM newest n JOIN due ON due.id = n.id
          -- LIMIT 1: looked up by key a row, however large the tables and however wrong the guess of how many rows are due.
          CROSS JOIN LATERAL (SELECT * FROM resources WHERE id = n.resource_id LIMIT 1) AS r
          CROSS JOIN LATERAL (SELECT digest, archived, published_at FROM resource_versions
                               WHERE resource_id = n.resource_id AND version = n.version LIMIT 1) AS v
           LEFT JOIN LATERAL (SELECT digest FROM event_flow_manifests WHERE connector_id = n.resource_id AND version = n.version LIMIT 1) AS m ON true
          ORDER BY n.id",
    )
    .bind(token)
    .bind(limit)
    .bind(lease_seconds)
    .fetch_all(db.pool())
    .await?)
}

/// Keeps a lease that has less than two thirds of its time left: a batch of large configs takes a while.
pub async fn keep_lease(db: &Db, token: Uuid, lease_seconds: f64) -> Result<()> {
    sqlx::query(
        "UPDATE outbox SET lease_until = clock_timestamp() + make_interval(secs => $2)
          WHERE lease_token = $1 AND lease_until < clock_timestamp() + make_interval(secs => $2 * 2 / 3)",
    )
    .bind(token)
    .bind(lease_seconds)
    .execute(db.pool())
    .await?;
    Ok(())
}

/// Ends every lease. For a stack whose only dispatcher has just started: what an earlier, killed one held is due again at once.
pub async fn end_leases(db: &Db) -> Result<u64> {
    Ok(sqlx::query("UPDATE outbox SET lease_token = NULL, lease_until = NULL WHERE lease_until IS NOT NULL")
        .execute(db.pool())
        .await?
        .rows_affected())
}

/// Bodies by (workspace, digest), in one round trip; the caller keeps their sum of sizes small.
pub async fn bodies(db: &Db, wanted: &[(Uuid, Digest)]) -> Result<Vec<(Uuid, Vec<u8>, Vec<u8>)>> {
    let (workspaces, digests): (Vec<Uuid>, Vec<Vec<u8>>) =
        wanted.iter().map(|(workspace, digest)| (*workspace, digest.as_bytes().to_vec())).unzip();
    Ok(sqlx::query_as(
        "SELECT c.workspace_id, c.digest, c.body FROM unnest($1::uuid[], $2::bytea[]) AS w (workspace_id, digest)
           JOIN contents c ON c.workspace_id = w.workspace_id AND c.digest = w.digest",
    )
    .bind(workspaces)
    .bind(digests)
    .fetch_all(db.pool())
    .await?)
}

/// What was delivered: in the replica, and told to every fleet.
#[derive(Debug, Clone)]
pub struct Delivered {
    pub resource_id: Uuid,
    pub workspace_id: Uuid,
    pub version: i32,
    pub epoch: i64,
    pub replicated_at: DateTime<Utc>,
}

/// Writes the receipts and deletes the leased rows of those resources up to the delivered version. Fenced: rows that another
/// dispatcher has leased since stay; dead ones of that or an older version are moot. Answers how many rows went.
pub async fn settle(db: &Db, token: Uuid, delivered: &[Delivered]) -> Result<u64> {
    if delivered.is_empty() {
        return Ok(0);
    }
    let resources: Vec<Uuid> = delivered.iter().map(|d| d.resource_id).collect();
    let workspaces: Vec<Uuid> = delivered.iter().map(|d| d.workspace_id).collect();
    let versions: Vec<i32> = delivered.iter().map(|d| d.version).collect();
    let epochs: Vec<i64> = delivered.iter().map(|d| d.epoch).collect();
    let times: Vec<DateTime<Utc>> = delivered.iter().map(|d| d.replicated_at).collect();
    Ok(sqlx::query(
        "WITH done AS (
             SELECT * FROM unnest($2::uuid[], $3::uuid[], $4::int[], $5::bigint[], $6::timestamptz[])
                 AS d (resource_id, workspace_id, version, epoch, replicated_at) ORDER BY resource_id),
         receipts AS (
             INSERT INTO replica_receipts AS r (resource_id, workspace_id, epoch, version, replicated_at, notified_at)
             SELECT d.resource_id, d.workspace_id, d.epoch, d.version, d.replicated_at, clock_timestamp()
               FROM done d
             ON CONFLICT (resource_id) DO UPDATE
                SET epoch = excluded.epoch, version = excluded.version, replicated_at = excluded.replicated_at, notified_at = excluded.notified_at
              WHERE (r.epoch, r.version) <= (excluded.epoch, excluded.version))
         DELETE FROM outbox o USING done d
          WHERE o.resource_id = d.resource_id AND o.version <= d.version AND (o.lease_token = $1 OR o.dead_at IS NOT NULL)",
    )
    .bind(token)
    .bind(resources)
    .bind(workspaces)
    .bind(versions)
    .bind(epochs)
    .bind(times)
    .execute(db.pool())
    .await?
    .rows_affected())
}

/// What becomes of a row that could not be delivered.
#[derive(Debug, Clone)]
pub enum Verdict {
    /// Try again after so many seconds.
    RetryIn(f64),
    /// The same, and this attempt does not count: throttling, or a replica that is ahead.
    PostponeBy(f64),
    /// No attempt will ever succeed, or all were used up.
    Dead,
}

/// Gives up the lease on all of the resource's rows that this dispatcher holds.
pub async fn release(db: &Db, token: Uuid, resource: Uuid, verdict: &Verdict, error: &str) -> Result<()> {
    let (delay, uncounted, dead) = match verdict {
        Verdict::RetryIn(seconds) => (*seconds, 0, false),
        Verdict::PostponeBy(seconds) => (*seconds, 1, false),
        Verdict::Dead => (0.0, 0, true),
    };
    sqlx::query(
        "UPDATE outbox SET lease_token = NULL, lease_until = NULL, attempts = attempts - $4, last_error = left($6, 2000),
                next_attempt_at = clock_timestamp() + make_interval(secs => $3), dead_at = CASE WHEN $5 THEN clock_timestamp() END
          WHERE lease_token = $1 AND resource_id = $2",
    )
    .bind(token)
    .bind(resource)
    .bind(delay)
    .bind(uncounted)
    .bind(dead)
    .bind(error)
    .execute(db.pool())
    .await?;
    Ok(())
}

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Row {
    pub id: Uuid,
    pub resource_id: Uuid,
    pub resource_type: String,
    pub slug: String,
    pub version: i32,
    pub event: String,
    pub created_at: DateTime<Utc>,
    pub next_attempt_at: DateTime<Utc>,
    pub attempts: i32,
    pub dead_at: Option<DateTime<Utc>>,
    pub last_error: Option<String>,
}

/// Newest first, below `before`.
pub async fn list(tx: &mut Tx, workspace: Uuid, dead: bool, before: Option<Uuid>, limit: i64) -> Result<Vec<Row>> {
    Ok(sqlx::query_as(
        "SELECT o.id, o.resource_id, r.type AS resource_type, r.slug, o.version, o.event, o.created_at, o.next_attempt_at, o.attempts, o.dead_at, o.last_error
           FROM outbox o JOIN resources r ON r.id = o.resource_id
          WHERE o.workspace_id = $1 AND (o.dead_at IS NOT NULL) = $2 AND ($3::uuid IS NULL OR o.id < $3)
          ORDER BY o.id DESC LIMIT $4",
    )
    .bind(workspace)
    .bind(dead)
    .bind(before)
    .bind(limit)
    .fetch_all(&mut **tx)
    .await?)
}

/// Makes dead rows due again, all of the workspace's or the named ones. Answers which.
pub async fn redrive(tx: &mut Tx, workspace: Uuid, events: Option<&[Uuid]>) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar(
        "UPDATE outbox SET dead_at = NULL, attempts = 0, next_attempt_at = clock_timestamp()
          WHERE workspace_id = $1 AND dead_at IS NOT NULL AND ($2::uuid[] IS NULL OR id = ANY ($2)) RETURNING id",
    )
    .bind(workspace)
    .bind(events)
    .fetch_all(&mut **tx)
    .await?)
}

/// Asks the dispatcher to write a resource's active version again: a dead row for it is due once more, else one is made, unless one
/// waits already.
pub async fn request_replication(connection: &mut PgConnection, resource: Uuid) -> Result<bool> {
    Ok(sqlx::query(
        "WITH active AS (
             SELECT r.id AS resource_id, r.workspace_id, v.version, v.archived, v.source
               FROM resources r JOIN resource_versions v ON v.id = r.published_version_id WHERE r.id = $1),
         revived AS (
             UPDATE outbox o SET dead_at = NULL, attempts = 0, next_attempt_at = clock_timestamp()
               FROM active a WHERE o.resource_id = a.resource_id AND o.version = a.version AND o.dead_at IS NOT NULL
             RETURNING o.id),
         made AS (
             INSERT INTO outbox (id, workspace_id, resource_id, version, event)
             SELECT uuid_v7(), a.workspace_id, a.resource_id, a.version,
                    CASE WHEN a.archived THEN 'archived' WHEN a.source = 'rollback' THEN 'rolled_back' ELSE 'published' END
               FROM active a
              WHERE NOT EXISTS (SELECT FROM outbox o WHERE o.resource_id = a.resource_id AND o.version = a.version)
             RETURNING id)
         SELECT id FROM revived UNION ALL SELECT id FROM made",
    )
    .bind(resource)
    .fetch_optional(connection)
    .await?
    .is_some())
}

/// Seconds since the oldest row that still waits was written, and how many are dead: what the alarms watch.
pub async fn backlog(db: &Db) -> Result<(Option<f64>, i64)> {
    Ok(sqlx::query_as(
        "SELECT extract(epoch FROM clock_timestamp() - min(created_at) FILTER (WHERE dead_at IS NULL))::float8, count(*) FILTER (WHERE dead_at IS NOT NULL) FROM outbox",
    )
    .fetch_one(db.pool())
    .await?)
}
