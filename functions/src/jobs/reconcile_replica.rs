//! Compares what ought to be in the replica with what is, and asks the dispatcher to repeat what differs. It writes nothing to
//! the replica itself, but tombstones when a restore is adopted (ADR 11).

use replica::{Order, Read};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::strays;
use crate::app::App;
use crate::metrics::Metric;

/// Resources compared at once.
const PAGE: i64 = 500;

const AHEAD: &str = "the replica is ahead of this database: run the restore procedure";

/// The job's event: a schedule's says nothing, an operator's may say `{"adopt_restore": true}`.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub struct Options {
    /// After a restore of Postgres: raise the epoch past everything that the replica holds, so that this database
    /// wins again; what it does not know at all becomes a tombstone.
    #[serde(default)]
    pub adopt_restore: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Reconciled {
    pub checked: usize,
    /// Outbox rows that were inserted for what was missing or different.
    pub requested: usize,
    /// Resources of which the replica holds what this database never published, those included that it does not know at all.
    pub ahead: usize,
    pub epoch: i64,
}

pub async fn run(app: &App, options: Options) -> anyhow::Result<Reconciled> {
    let db = app.jobs_db().await?;
    let replica = app.replica().await?;
    let mut strays = strays::find(db, &replica).await?;
    if options.adopt_restore {
        let mut seen_epoch = strays.iter().map(|stray| stray.epoch).max().unwrap_or_default();
        walk(app, |_, held| {
            seen_epoch = seen_epoch.max(held.map_or(0, |held| held.epoch));
            false
        })
        .await?;
        let epoch = store::replica::adopt_restore(db, seen_epoch).await?;
        tracing::warn!(epoch, table = replica.table(), "the restored database was adopted: its versions win from now on");
        strays::bury(&replica, std::mem::take(&mut strays), epoch, app.now()).await?;
    }
    let epoch = store::replica::epoch(db).await?;
    let mut result = Reconciled { epoch, ahead: strays.len(), ..Reconciled::default() };
    for stray in strays {
        tracing::error!(alarm = "replica_ahead", resource = %stray.resource_id, slug = stray.slug, "{AHEAD}");
    }
    let mut suspects = Vec::new();
    let mismatched = walk(app, |expected, held| {
        result.checked += 1;
        let wanted = Order { epoch, version: i64::from(expected.version) };
        match held {
            Some(held) if held.order() > wanted => {
                suspects.push((expected.resource_id, held.order()));
                false
            }
            Some(held) => (held.version, held.digest) != (wanted.version, expected.digest.0) && !expected.pending,
            None => !expected.pending,
        }
    })
    .await?;
    for (resource, held) in suspects {
        // Published and delivered since the page was read? Only what is ahead of Postgres as it is now is ahead.
        let newest = store::replica::newest(db, resource).await?;
        if newest.is_some_and(|(epoch, version)| held > Order { epoch, version: i64::from(version) }) {
            result.ahead += 1;
            tracing::error!(alarm = "replica_ahead", %resource, "{AHEAD}");
        }
    }
    if !mismatched.is_empty() {
        tracing::warn!(
            alarm = "reconcile_mismatch",
            mismatched = mismatched.len(),
            "the replica differs; the dispatcher is asked to repeat it"
        );
    }
    app.record(&[(Metric::ReconcileMismatches, &[mismatched.len() as f64]), (Metric::ReplicaAhead, &[result.ahead as f64])]);
    let mut connection = db.pool().acquire().await?;
    for resource in mismatched {
        result.requested += usize::from(store::outbox::request_replication(&mut connection, resource).await?);
    }
    drop(connection);
    app.nudge_dispatcher(None).await;
    Ok(result)
}

/// Goes through all published resources; answers those that `differs` picks.
async fn walk(
    app: &App,
    mut differs: impl FnMut(&store::replica::Expected, Option<&replica::Current>) -> bool,
) -> anyhow::Result<Vec<Uuid>> {
    let db = app.jobs_db().await?;
    let replica = app.replica().await?;
    let mut picked = Vec::new();
    let mut after = None;
    loop {
        let page = store::replica::expected(db, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(picked) };
        after = Some(last.resource_id);
        let keys: Vec<(Uuid, Uuid)> = page.iter().map(|one| (one.workspace_id, one.resource_id)).collect();
        let held = replica.current_many(&keys, Read::Consistent).await?;
        picked.extend(page.iter().filter(|one| differs(one, held.get(&(one.workspace_id, one.resource_id)))).map(|one| one.resource_id));
    }
}
