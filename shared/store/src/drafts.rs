//! The one mutable row a resource has.

use chrono::{DateTime, Utc};
use domain::digest::Digest;
use domain::identity::ResourceType;
use serde::Serialize;
use serde_json::Value;
use sqlx::QueryBuilder;
use uuid::Uuid;

use crate::resources::push_reference;
use crate::{Db, Result, Tx};

/// A draft with its resource and the active version, without bodies.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Draft {
    pub resource_id: Uuid,
    pub slug: String,
    pub archived: bool,
    #[sqlx(try_from = "Vec<u8>")]
    pub digest: DigestColumn,
    pub base_version: i32,
    pub updated_at: DateTime<Utc>,
    pub updated_by_email: Option<String>,
    pub active_version: i32,
    pub active_digest: Option<Vec<u8>>,
    pub active_manifest_digest: Option<Vec<u8>>,
    /// The newest verdict about the draft's content: `{"warnings": [...], "blockers": [...]}`.
    pub diagnostics: Option<Value>,
}

/// A digest as a `bytea` column gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DigestColumn(pub Digest);

impl TryFrom<Vec<u8>> for DigestColumn {
    type Error = String;

    fn try_from(bytes: Vec<u8>) -> std::result::Result<Self, String> {
        Digest::try_from(bytes.as_slice()).map(DigestColumn).map_err(|_| format!("a digest of {} bytes", bytes.len()))
    }
}

impl Draft {
    pub fn has_unpublished_changes(&self) -> bool {
        self.active_digest.as_deref() != Some(self.digest.0.as_bytes())
    }

    pub fn active_digest(&self) -> Option<Digest> {
        self.active_digest.as_deref().and_then(|bytes| Digest::try_from(bytes).ok())
    }
}

/// By id or slug.
pub async fn find(tx: &mut Tx, workspace: Uuid, kind: ResourceType, reference: &str) -> Result<Option<Draft>> {
    let mut query = QueryBuilder::new(
        "SELECT d.resource_id, r.slug, r.archived, d.digest, d.base_version, d.updated_at, d.updated_by_email,
                coalesce(v.version, 0) AS active_version, v.digest AS active_digest, m.digest AS active_manifest_digest, k.diagnostics
           FROM resources r
           JOIN resource_drafts d ON d.resource_id = r.id
           LEFT JOIN resource_versions v ON v.id = r.published_version_id
           LEFT JOIN event_flow_manifests m ON m.connector_id = r.id AND m.version = v.version
           LEFT JOIN LATERAL (SELECT c.diagnostics FROM checks c
                               WHERE c.workspace_id = r.workspace_id AND c.type = r.type AND c.digest = d.digest
                               ORDER BY c.checker_version DESC LIMIT 1) AS k ON true
          WHERE r.workspace_id = ",
    );
    query.push_bind(workspace).push(" AND r.type = ").push_bind(kind.as_str());
    push_reference(&mut query, reference);
    Ok(query.build_query_as().fetch_optional(&mut **tx).await?)
}

/// Who wrote, from where: kept on the snapshot and on the draft.
#[derive(Debug, Clone, Serialize)]
pub struct Author<'a> {
    pub user_id: Option<Uuid>,
    pub email: Option<&'a str>,
    pub surface: &'a str,
    pub actor_kind: &'a str,
    pub source: &'a str,
    pub client: Option<&'a str>,
    pub host: Option<&'a str>,
    pub git_commit: Option<&'a str>,
    pub git_branch: Option<&'a str>,
}

/// What the draft becomes: canonical bytes with their verdict and manifest.
#[derive(Debug, Clone)]
pub struct Content {
    pub digest: Digest,
    pub body: Vec<u8>,
    /// A connector's; flows have none.
    pub manifest: Option<(Digest, Vec<u8>)>,
    pub checker_version: i32,
    pub publishable: bool,
    pub diagnostics: Value,
}

/// The draft that the caller read, and what it shall be based on now.
#[derive(Debug, Clone, Copy)]
pub struct Swap {
    /// None for the first draft of a new resource.
    pub expected: Option<(Digest, i32)>,
    pub base_version: i32,
    pub restored_from: Option<i32>,
}

/// The snapshot's id, or `None` when somebody wrote in between: read again and decide again.
pub async fn save(
    tx: &mut Tx,
    workspace: Uuid,
    kind: ResourceType,
    resource: Uuid,
    swap: Swap,
    content: &Content,
    author: &Author<'_>,
) -> Result<Option<i64>> {
    let (manifest_digest, manifest) = content.manifest.as_ref().map(|(digest, bytes)| (*digest, bytes)).unzip();
    Ok(sqlx::query_scalar("SELECT save_draft($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)")
        .bind(workspace)
        .bind(kind.as_str())
        .bind(resource)
        .bind(swap.expected.as_ref().map(|(digest, _)| digest.as_bytes()))
        .bind(swap.expected.map(|(_, base)| base))
        .bind(swap.base_version)
        .bind(content.digest.as_bytes())
        .bind(&content.body)
        .bind(manifest_digest.as_ref().map(|digest| digest.as_bytes()))
        .bind(manifest)
        .bind(content.checker_version)
        .bind(content.publishable)
        .bind(&content.diagnostics)
        .bind(sqlx::types::Json(author))
        .bind(swap.restored_from)
        .fetch_one(&mut **tx)
        .await?)
}

/// A draft's content that this version of the checker has not seen.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Unchecked {
    pub workspace_id: Uuid,
    #[sqlx(try_from = "Vec<u8>")]
    pub digest: DigestColumn,
    pub body: Vec<u8>,
}

/// For the migrate job, as the owner.
pub async fn unchecked(db: &Db, kind: ResourceType, checker_version: i32, limit: i64) -> Result<Vec<Unchecked>> {
    Ok(sqlx::query_as(
        "SELECT DISTINCT ON (c.workspace_id, c.digest) c.workspace_id, c.digest, c.body
           FROM resource_drafts d
           JOIN resources r ON r.id = d.resource_id AND r.type = $1
           JOIN contents c ON c.workspace_id = d.workspace_id AND c.digest = d.digest
          WHERE NOT EXISTS (SELECT FROM checks k WHERE k.workspace_id = c.workspace_id AND k.type = $1 AND k.digest = c.digest AND k.checker_version >= $2)
          LIMIT $3",
    )
    .bind(kind.as_str())
    .bind(checker_version)
    .bind(limit)
    .fetch_all(db.pool())
    .await?)
}

/// For the migrate job, as the owner.
pub async fn record_verdict(
    db: &Db,
    workspace: Uuid,
    kind: ResourceType,
    digest: Digest,
    checker_version: i32,
    publishable: bool,
    diagnostics: &Value,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO checks (workspace_id, type, digest, checker_version, publishable, diagnostics) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
    )
    .bind(workspace)
    .bind(kind.as_str())
    .bind(digest.as_bytes())
    .bind(checker_version)
    .bind(publishable)
    .bind(diagnostics)
    .execute(db.pool())
    .await?;
    Ok(())
}
