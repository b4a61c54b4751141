//! What the replica holds of resources that this database does not know: they were made and published after the point to which it was
//! restored.

use std::collections::HashSet;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use replica::{Current, Publication, Read, Replica};
use store::Db;
use uuid::Uuid;

/// All that workers still run. What is a tombstone already is of no harm.
pub async fn find(db: &Db, replica: &Replica) -> anyhow::Result<Vec<Current>> {
    let mut strays = Vec::new();
    for workspace in store::replica::workspaces(db).await? {
        // In this order: what was published before it could be listed is found in Postgres after it.
        let listed: Vec<Uuid> = replica.list(workspace).await?.into_iter().map(|one| one.resource_id).collect();
        let known: HashSet<Uuid> = store::replica::known(db, workspace, &listed).await?.into_iter().collect();
        let unknown: Vec<(Uuid, Uuid)> = listed.into_iter().filter(|id| !known.contains(id)).map(|id| (workspace, id)).collect();
        strays.extend(replica.current_many(&unknown, Read::Consistent).await?.into_values().filter(|current| !current.archived));
    }
    Ok(strays)
}

/// Makes tombstones of them in the adopted epoch. The dispatcher can't, for it knows versions of Postgres and no others; whoever adopts
/// a restore says that these are gone.
pub async fn bury(replica: &Replica, strays: Vec<Current>, epoch: i64, now: DateTime<Utc>) -> anyhow::Result<()> {
    for current in strays {
        let manifest = serde_json::to_vec(&replica.manifest(&current).await?)?;
        let tombstone = Publication {
            epoch,
            workspace_id: current.workspace_id,
            resource_id: current.resource_id,
            resource_type: current.resource_type,
            slug: current.slug.clone(),
            version: current.version,
            digest: current.digest,
            archived: true,
            published_at: current.published_at,
            body: replica.load(&current).await?,
            manifest: Bytes::from(manifest),
            now,
        };
        replica.write(&tombstone).await?;
        tracing::warn!(workspace = %current.workspace_id, resource = %current.resource_id, slug = current.slug, version = current.version,
            "the restored database does not know it: workers are told that it is archived");
    }
    Ok(())
}
