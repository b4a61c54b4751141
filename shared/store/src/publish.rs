//! The one door to a published version: a call of `mint_version`, which decides everything in one statement.

use chrono::{DateTime, Utc};
use domain::Trace;
use domain::digest::Digest;
use domain::identity::ResourceType;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::{Db, Error, Result, Tx};

/// What the caller wants to become the active version.
#[derive(Debug, Clone)]
pub struct Intent<'a> {
    /// sha256 of the presented token or session.
    pub secret: Digest,
    /// From `X-FCC-Workspace`.
    pub workspace: Option<&'a str>,
    /// `publish`, `rollback`, `archive` or `unarchive`.
    pub operation: &'a str,
    /// `connector` or `flow`: of the items that don't say theirs.
    pub resource_type: &'a str,
    pub items: Vec<Item>,
    pub note: Option<&'a str>,
    /// The Idempotency-Key, and the digest of path and body that it came with.
    pub idempotency: Option<(&'a str, Digest)>,
    pub git_commit: Option<&'a str>,
    pub git_branch: Option<&'a str>,
    pub host: Option<&'a str>,
    pub client: Option<&'a str>,
    /// Goes with the outbox row to whoever is told of the version.
    pub trace: Option<&'a Trace>,
}

/// One resource of an intent; `reference` is its id or slug.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Item {
    #[serde(rename = "ref")]
    pub reference: String,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub resource_type: Option<ResourceType>,
    pub base_version: Option<i32>,
    /// The draft that the caller's If-Match names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub if_match: Option<Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub draft_etag: Option<Digest>,
    /// The version to roll back to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i32>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Minted {
    pub id: Uuid,
    pub slug: String,
    pub version: i32,
    pub digest: Digest,
    pub published_at: DateTime<Utc>,
    pub source: String,
    pub event_id: Uuid,
}

/// Why an item, or the whole call, was refused: the contract's code and the facts that its answer carries.
#[derive(Debug, Clone, Deserialize)]
pub struct Refusal {
    pub code: String,
    #[serde(flatten)]
    pub facts: serde_json::Map<String, Value>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "status", rename_all = "lowercase")]
pub enum Answer {
    Minted { items: Vec<Minted>, replayed: bool },
    Refused(Refused),
}

/// `code` when the call as a whole can't, else a refusal an item.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Refused {
    Items { items: Vec<Refusal> },
    Call(Refusal),
}

/// One statement, one round trip, one transaction: version, manifest, outbox row, audit row and pointers, or nothing.
pub async fn mint(db: &Db, intent: &Intent<'_>) -> Result<Answer> {
    call(db.pool(), intent).await
}

/// The same as a part of a transaction that has decided what to publish; it holds the workspace's mode and the drafts.
pub async fn mint_within(tx: &mut Tx, intent: &Intent<'_>) -> Result<Answer> {
    call(&mut **tx, intent).await
}

async fn call<'c>(database: impl sqlx::PgExecutor<'c>, intent: &Intent<'_>) -> Result<Answer> {
    // A CASE holds to its order: the trace is there when the row is written.
    let statement = "SELECT CASE WHEN set_config('app.trace', coalesce($13, ''), true) IS NOT NULL
                            THEN mint_version($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) END";
    let answer: Value = sqlx::query_scalar(statement)
        .bind(intent.secret.as_bytes())
        .bind(intent.workspace)
        .bind(intent.operation)
        .bind(intent.resource_type)
        .bind(sqlx::types::Json(&intent.items))
        .bind(intent.note)
        .bind(intent.idempotency.map(|(key, _)| key))
        .bind(intent.idempotency.as_ref().map(|(_, request)| request.as_bytes()))
        .bind(intent.git_commit)
        .bind(intent.git_branch)
        .bind(intent.host)
        .bind(intent.client)
        .bind(intent.trace.map(Trace::header))
        .fetch_one(database)
        .await?;
    serde_json::from_value(answer).map_err(|error| Error::Unexpected(format!("an answer of mint_version that nobody expects: {error}")))
}
