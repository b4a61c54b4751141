//! What was brought into checkouts: the newest pull of each resource by each credential.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use domain::digest::Digest;
use domain::identity::ResourceType;
use uuid::Uuid;

use crate::{Result, Tx};

/// A resource as a pull left it in the checkout.
#[derive(Debug, Clone, Copy)]
pub struct Pulled {
    pub kind: ResourceType,
    pub id: Uuid,
    pub digest: Digest,
}

/// By whom, from where.
#[derive(Debug, Clone, Copy)]
pub struct Puller<'a> {
    pub credential: Uuid,
    pub email: Option<&'a str>,
    pub host: Option<&'a str>,
    pub branch: Option<&'a str>,
    pub commit: Option<&'a str>,
}

/// Keeps the pull of these resources, each named once, never taking one back in time. Answers the ids that are none of the workspace's.
pub async fn record(tx: &mut Tx, workspace: Uuid, puller: &Puller<'_>, as_of: DateTime<Utc>, pulled: &[Pulled]) -> Result<Vec<Uuid>> {
    let ids: Vec<Uuid> = pulled.iter().map(|one| one.id).collect();
    let digests: Vec<&[u8]> = pulled.iter().map(|one| one.digest.as_bytes()).collect();
    // Locked in the order that all keep, so that none is deleted before its pull is there.
    let known: HashSet<(Uuid, String)> =
        sqlx::query_as("SELECT r.id, r.type FROM resources r WHERE r.workspace_id = $1 AND r.id = ANY ($2) ORDER BY r.id FOR KEY SHARE")
            .bind(workspace)
            .bind(&ids)
            .fetch_all(&mut **tx)
            .await?
            .into_iter()
            .collect();
    let unknown: Vec<Uuid> =
        pulled.iter().filter(|one| !known.contains(&(one.id, one.kind.as_str().to_owned()))).map(|one| one.id).collect();
    if !unknown.is_empty() {
        return Ok(unknown);
    }
    sqlx::query(
        "INSERT INTO pulls AS p (workspace_id, credential_id, resource_id, digest, as_of, first_as_of, by_email, host, git_branch, git_commit_sha)
         SELECT $1, $2, n.id, n.digest, least($5, clock_timestamp()), least($5, clock_timestamp()), $6, $7, $8, $9 FROM unnest($3::uuid[], $4::bytea[]) AS n (id, digest) ORDER BY n.id
         ON CONFLICT (workspace_id, credential_id, resource_id)
            DO UPDATE SET (digest, as_of, by_email, host, git_branch, git_commit_sha)
                = (excluded.digest, excluded.as_of, excluded.by_email, excluded.host, excluded.git_branch, excluded.git_commit_sha)
            WHERE p.as_of <= excluded.as_of",
    )
    .bind(workspace)
    .bind(puller.credential)
    .bind(&ids)
    .bind(&digests)
    .bind(as_of)
    .bind(puller.email)
    .bind(puller.host)
    .bind(puller.branch)
    .bind(puller.commit)
    .execute(&mut **tx)
    .await?;
    Ok(Vec::new())
}
