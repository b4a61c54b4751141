//! Delivery for real: DynamoDB first, then SQS. A worker is never told of a version that it can't read.

use std::collections::HashMap;
use std::str::FromStr;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use domain::digest::Digest;
use domain::identity::ResourceType;
use futures::StreamExt;
use replica::{Event, Notification, Notifier, Publication, Replica, ReplicaError, Written};
use store::Db;
use store::outbox::{self, Delivered, Leased};
use uuid::Uuid;

use super::dispatch_outbox::{Sink, Undelivered};

/// Versions written at the same time.
const CONCURRENCY: usize = 16;

pub struct AwsSink {
    pub replica: Replica,
    pub notifier: Notifier,
    pub now: fn() -> DateTime<Utc>,
}

type Bodies = HashMap<(Uuid, Digest), Bytes>;

/// A version that is in the replica; `told` when workers need to hear of it.
struct InReplica {
    delivered: Delivered,
    tell: Option<Notification>,
}

impl Sink for AwsSink {
    /// Bodies are at most 4 MiB each, so 128 MiB together.
    const AT_ONCE: usize = 32;

    async fn deliver(&self, db: &Db, rows: &[Leased]) -> Vec<Result<Delivered, Undelivered>> {
        let bodies = match self.bodies(db, rows).await {
            Ok(bodies) => bodies,
            Err(error) => {
                return rows.iter().map(|_| Err(Undelivered::Transient(format!("the bodies could not be read: {error}")))).collect();
            }
        };
        let writes: Vec<_> = rows.iter().map(|row| self.write(db, row, &bodies)).collect();
        let written: Vec<Result<InReplica, Undelivered>> = futures::stream::iter(writes).buffered(CONCURRENCY).collect().await;
        let news: Vec<Notification> = written.iter().filter_map(|one| one.as_ref().ok()?.tell.clone()).collect();
        let mut told = self.notifier.notify(&news).await.into_iter();
        written
            .into_iter()
            .map(|one| {
                let InReplica { delivered, tell } = one?;
                match tell.and_then(|_| told.next()) {
                    None | Some(Ok(())) => Ok(delivered),
                    Some(Err(error)) => Err(undelivered(&error)),
                }
            })
            .collect()
    }
}

impl AwsSink {
    async fn bodies(&self, db: &Db, rows: &[Leased]) -> store::Result<Bodies> {
        let mut wanted: Vec<(Uuid, Digest)> = rows
            .iter()
            .flat_map(|row| [Some((row.workspace_id, row.digest())), manifest(row).map(|digest| (row.workspace_id, digest))])
            .flatten()
            .collect();
        wanted.sort_unstable();
        wanted.dedup();
        let found = outbox::bodies(db, &wanted).await?;
        Ok(found
            .into_iter()
            .filter_map(|(workspace, digest, body)| Some(((workspace, Digest::try_from(digest.as_slice()).ok()?), Bytes::from(body))))
            .collect())
    }

    async fn write(&self, db: &Db, row: &Leased, bodies: &Bodies) -> Result<InReplica, Undelivered> {
        let permanent = |what: &str| Undelivered::Permanent(format!("{what} of version {} is missing in Postgres", row.version));
        let body = bodies.get(&(row.workspace_id, row.digest())).cloned().ok_or_else(|| permanent("the body"))?;
        let manifest = match manifest(row) {
            Some(digest) => bodies.get(&(row.workspace_id, digest)).cloned().ok_or_else(|| permanent("the manifest"))?,
            None => Bytes::from_static(b"[]"),
        };
        let resource_type = ResourceType::from_str(&row.resource_type).map_err(|unknown| Undelivered::Permanent(unknown.to_string()))?;
        let publication = Publication {
            epoch: row.epoch,
            workspace_id: row.workspace_id,
            resource_id: row.resource_id,
            resource_type,
            slug: row.slug.clone(),
            version: i64::from(row.version),
            digest: row.digest(),
            archived: row.archived,
            published_at: row.published_at,
            body,
            manifest,
            now: (self.now)(),
        };
        let written = self.replica.write(&publication).await.map_err(|error| undelivered(&error))?;
        let tell = match written {
            Written::Stored | Written::AlreadyThere => Some(Notification {
                event_id: row.id,
                event: event(&row.event)?,
                epoch: row.epoch,
                workspace_id: row.workspace_id,
                resource_id: row.resource_id,
                resource_type,
                slug: row.slug.clone(),
                version: i64::from(row.version),
                digest: row.digest(),
                published_at: row.published_at,
                trace: row.trace(),
            }),
            Written::Newer { epoch, version, .. } => match self.overtaken(db, row, epoch, version).await? {
                true => None,
                false => {
                    return Err(Undelivered::ReplicaAhead(format!(
                        "the replica holds version {version} of epoch {epoch}, which this database never published"
                    )));
                }
            },
        };
        let delivered = Delivered {
            resource_id: row.resource_id,
            workspace_id: row.workspace_id,
            version: row.version,
            epoch: row.epoch,
            replicated_at: (self.now)(),
        };
        Ok(InReplica { delivered, tell })
    }
}

impl AwsSink {
    /// Whether what the replica holds is a later version of ours, which another dispatcher delivered meanwhile. That is asked for now:
    /// what was read with the lease may be older than that version.
    async fn overtaken(&self, db: &Db, row: &Leased, epoch: i64, version: i64) -> Result<bool, Undelivered> {
        if (epoch, version) == (row.epoch, i64::from(row.version)) {
            return Ok(false); // other content under our own number
        }
        let newest = store::replica::newest(db, row.resource_id).await.map_err(|error| Undelivered::Transient(error.to_string()))?;
        Ok(newest.is_none_or(|(ours, last)| (epoch, version) <= (ours, i64::from(last))))
    }
}

fn manifest(row: &Leased) -> Option<Digest> {
    row.manifest_digest.as_deref().and_then(|bytes| Digest::try_from(bytes).ok())
}

fn event(name: &str) -> Result<Event, Undelivered> {
    match name {
        "published" => Ok(Event::Published),
        "rolled_back" => Ok(Event::RolledBack),
        "archived" => Ok(Event::Archived),
        "unarchived" => Ok(Event::Unarchived),
        other => Err(Undelivered::Permanent(format!("the outbox holds an event {other:?} that nobody knows"))),
    }
}

fn undelivered(error: &ReplicaError) -> Undelivered {
    match error {
        ReplicaError::Throttled { .. } => Undelivered::Throttled(error.to_string()),
        ReplicaError::Transient { .. } => Undelivered::Transient(error.to_string()),
        ReplicaError::Permanent { .. } => Undelivered::Permanent(error.to_string()),
    }
}
