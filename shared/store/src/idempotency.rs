//! Answers kept for 24 hours under (credential, operation, key). `mint_version` keeps its own the same way; these are for the
//! writes that Rust composes: claim first in the write's own transaction, keep the answer last.

use domain::digest::Digest;
use serde_json::Value;
use uuid::Uuid;

use crate::{Result, Tx};

#[derive(Debug, Clone, Copy)]
pub struct Key<'a> {
    pub credential: Uuid,
    pub operation: &'a str,
    pub key: &'a str,
    /// Of the path and the body: the same key with another request is refused.
    pub request: Digest,
}

pub enum Claim {
    /// Nobody has answered this yet: do the work, then [`keep`].
    Fresh,
    /// The first call's answer.
    Answered(Value),
    /// The key came with another request before.
    Reused,
    /// The first call has not ended yet.
    InProgress,
}

pub async fn claim(tx: &mut Tx, workspace: Uuid, key: &Key<'_>) -> Result<Claim> {
    let free: bool = sqlx::query_scalar("SELECT pg_try_advisory_xact_lock(hashtextextended($1::text || $2::text || $3 || ':' || $4, 7))")
        .bind(key.credential)
        .bind(workspace)
        .bind(key.operation)
        .bind(key.key)
        .fetch_one(&mut **tx)
        .await?;
    if !free {
        return Ok(Claim::InProgress);
    }
    let kept: Option<(Vec<u8>, Value)> = sqlx::query_as(
        "SELECT request_digest, answer FROM idempotency_keys
          WHERE credential_id = $1 AND workspace_id = $4 AND operation = $2 AND key = $3 AND created_at > clock_timestamp() - interval '24 hours'",
    )
    .bind(key.credential)
    .bind(key.operation)
    .bind(key.key)
    .bind(workspace)
    .fetch_optional(&mut **tx)
    .await?;
    Ok(match kept {
        None => Claim::Fresh,
        Some((request, answer)) if request == key.request.as_bytes() => Claim::Answered(answer),
        Some(_) => Claim::Reused,
    })
}

pub async fn keep(tx: &mut Tx, workspace: Uuid, key: &Key<'_>, answer: &Value) -> Result<()> {
    sqlx::query(
        "INSERT INTO idempotency_keys (credential_id, operation, key, workspace_id, request_digest, answer) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (credential_id, workspace_id, operation, key)
            DO UPDATE SET request_digest = excluded.request_digest, answer = excluded.answer, created_at = excluded.created_at",
    )
    .bind(key.credential)
    .bind(key.operation)
    .bind(key.key)
    .bind(workspace)
    .bind(key.request.as_bytes())
    .bind(answer)
    .execute(&mut **tx)
    .await?;
    Ok(())
}
