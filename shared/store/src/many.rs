//! Many drafts at once, for plan, apply and bulk publish: a query each, however many there are.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::digest::Digest;
use domain::identity::ResourceType;
use serde_json::Value;
use uuid::Uuid;

use crate::drafts::DigestColumn;
use crate::{Result, Tx};

/// A draft with its base, its active version and the newest verdict about it.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct DraftState {
    pub id: Uuid,
    #[sqlx(rename = "type")]
    pub kind: String,
    pub slug: String,
    pub archived: bool,
    #[sqlx(try_from = "Vec<u8>")]
    pub digest: DigestColumn,
    pub base_version: i32,
    /// None where the base is version 0.
    pub base_digest: Option<Vec<u8>>,
    pub active_version: i32,
    pub active_digest: Option<Vec<u8>>,
    pub published_by: Option<String>,
    pub published_at: Option<DateTime<Utc>>,
    pub published_source: Option<String>,
    pub updated_by: Option<String>,
    pub updated_at: DateTime<Utc>,
    /// Another surface wrote it since it was last clean, and no apply left it equal to the local file.
    pub is_foreign: bool,
    pub publishable: bool,
    pub diagnostics: Option<Value>,
}

impl DraftState {
    pub fn is_clean(&self) -> bool {
        self.active_digest.as_deref() == Some(self.digest.0.as_bytes())
    }
}

/// The states of these, by id.
pub async fn states(tx: &mut Tx, workspace: Uuid, ids: &[Uuid]) -> Result<HashMap<Uuid, DraftState>> {
    let states: Vec<DraftState> = sqlx::query_as(
        "SELECT r.id, r.type, r.slug, r.archived, d.digest, d.base_version, b.digest AS base_digest,
                coalesce(v.version, 0) AS active_version, v.digest AS active_digest,
                v.created_by_email AS published_by, v.published_at, v.source AS published_source,
                d.updated_by_email AS updated_by, d.updated_at, d.foreign_since IS NOT NULL AS is_foreign,
                coalesce(k.publishable, false) AS publishable, k.diagnostics
           FROM resources r
           JOIN resource_drafts d ON d.resource_id = r.id
           LEFT JOIN resource_versions b ON b.resource_id = r.id AND b.version = d.base_version
           LEFT JOIN resource_versions v ON v.id = r.published_version_id
           LEFT JOIN LATERAL (SELECT c.publishable, c.diagnostics FROM checks c
                               WHERE c.workspace_id = r.workspace_id AND c.type = r.type AND c.digest = d.digest
                               ORDER BY c.checker_version DESC LIMIT 1) AS k ON true
          WHERE r.workspace_id = $1 AND r.id = ANY ($2)",
    )
    .bind(workspace)
    .bind(ids)
    .fetch_all(&mut **tx)
    .await?;
    Ok(states.into_iter().map(|state| (state.id, state)).collect())
}

/// A resource as a request names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Named<'a> {
    pub kind: ResourceType,
    pub slug: &'a str,
}

fn columns<'a>(named: &[Named<'a>]) -> (Vec<&'static str>, Vec<&'a str>) {
    named.iter().map(|one| (one.kind.as_str(), one.slug)).unzip()
}

/// The ids of these, in their order; `None` where there is no such resource.
pub async fn find(tx: &mut Tx, workspace: Uuid, named: &[Named<'_>]) -> Result<Vec<Option<Uuid>>> {
    let (kinds, slugs) = columns(named);
    Ok(sqlx::query_scalar(
        "SELECT r.id FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS n (type, slug, nth)
           LEFT JOIN resources r ON r.workspace_id = $1 AND r.type = n.type AND r.slug = n.slug
          ORDER BY n.nth",
    )
    .bind(workspace)
    .bind(kinds)
    .bind(slugs)
    .fetch_all(&mut **tx)
    .await?)
}

/// The same by id, written as the API writes ids, or slug.
pub async fn find_referenced(tx: &mut Tx, workspace: Uuid, references: &[(ResourceType, &str)]) -> Result<Vec<Option<Uuid>>> {
    let kinds: Vec<&str> = references.iter().map(|(kind, _)| kind.as_str()).collect();
    let ids: Vec<Option<Uuid>> = references.iter().map(|(_, text)| Uuid::try_parse(text).ok().filter(|_| text.len() == 36)).collect();
    let slugs: Vec<&str> = references.iter().map(|(_, text)| *text).collect();
    Ok(sqlx::query_scalar(
        "SELECT coalesce(by_id.id, by_slug.id) FROM unnest($2::text[], $3::uuid[], $4::text[]) WITH ORDINALITY AS n (type, id, slug, nth)
           LEFT JOIN resources by_id ON by_id.workspace_id = $1 AND by_id.type = n.type AND by_id.id = n.id
           LEFT JOIN resources by_slug ON by_slug.workspace_id = $1 AND by_slug.type = n.type AND by_slug.slug = n.slug
          ORDER BY n.nth",
    )
    .bind(workspace)
    .bind(kinds)
    .bind(ids)
    .bind(slugs)
    .fetch_all(&mut **tx)
    .await?)
}

/// Every resource of these types whose draft is not its active version.
pub async fn with_unpublished_drafts(tx: &mut Tx, workspace: Uuid, kinds: &[&str]) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar(
        "SELECT r.id FROM resources r JOIN resource_drafts d ON d.resource_id = r.id LEFT JOIN resource_versions v ON v.id = r.published_version_id
          WHERE r.workspace_id = $1 AND r.type = ANY ($2) AND v.digest IS DISTINCT FROM d.digest",
    )
    .bind(workspace)
    .bind(kinds)
    .fetch_all(&mut **tx)
    .await?)
}

/// Which of these slugs belonged to resources that were deleted.
pub async fn retired(tx: &mut Tx, workspace: Uuid, named: &[Named<'_>]) -> Result<Vec<String>> {
    let (kinds, slugs) = columns(named);
    Ok(sqlx::query_scalar(
        "SELECT s.slug FROM retired_slugs s JOIN unnest($2::text[], $3::text[]) AS n (type, slug) USING (type, slug)
          WHERE s.workspace_id = $1 ORDER BY s.slug",
    )
    .bind(workspace)
    .bind(kinds)
    .bind(slugs)
    .fetch_all(&mut **tx)
    .await?)
}

/// Holds the resources, then their drafts, each in the order of ids: nobody publishes or writes them until this transaction ends.
pub async fn lock(tx: &mut Tx, workspace: Uuid, ids: &[Uuid]) -> Result<()> {
    sqlx::query("SELECT FROM resources WHERE workspace_id = $1 AND id = ANY ($2) ORDER BY id FOR NO KEY UPDATE")
        .bind(workspace)
        .bind(ids)
        .execute(&mut **tx)
        .await?;
    sqlx::query("SELECT FROM resource_drafts WHERE workspace_id = $1 AND resource_id = ANY ($2) ORDER BY resource_id FOR NO KEY UPDATE")
        .bind(workspace)
        .bind(ids)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

fn bytes(digests: &[Digest]) -> Vec<&[u8]> {
    digests.iter().map(Digest::as_bytes).collect()
}

fn digest(bytes: &[u8]) -> Result<Digest> {
    Digest::try_from(bytes).map_err(|_| crate::Error::Unexpected(format!("a digest of {} bytes", bytes.len())))
}

/// How long these contents are, those that are stored.
pub async fn sizes(tx: &mut Tx, workspace: Uuid, digests: &[Digest]) -> Result<HashMap<Digest, usize>> {
    let rows: Vec<(Vec<u8>, i32)> =
        sqlx::query_as("SELECT digest, octet_length(body) FROM contents WHERE workspace_id = $1 AND digest = ANY ($2)")
            .bind(workspace)
            .bind(bytes(digests))
            .fetch_all(&mut **tx)
            .await?;
    rows.into_iter().map(|(found, size)| Ok((digest(&found)?, usize::try_from(size).unwrap_or_default()))).collect()
}

/// The canonical bytes of these.
pub async fn bodies(tx: &mut Tx, workspace: Uuid, digests: &[Digest]) -> Result<Vec<(Digest, Vec<u8>)>> {
    let rows: Vec<(Vec<u8>, Vec<u8>)> = sqlx::query_as("SELECT digest, body FROM contents WHERE workspace_id = $1 AND digest = ANY ($2)")
        .bind(workspace)
        .bind(bytes(digests))
        .fetch_all(&mut **tx)
        .await?;
    rows.into_iter().map(|(found, body)| Ok((digest(&found)?, body))).collect()
}
