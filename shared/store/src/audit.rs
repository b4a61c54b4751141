//! What was done to access and settings; publishes write their own rows inside `mint_version`.

use serde_json::Value;
use uuid::Uuid;

use crate::{Result, Tx};

/// Who did it, as the credential says.
#[derive(Debug, Clone)]
pub struct Actor<'a> {
    pub email: Option<&'a str>,
    pub surface: Option<&'a str>,
    pub credential: Uuid,
}

pub async fn record(tx: &mut Tx, workspace: Uuid, actor: &Actor<'_>, action: &str, resource: Option<Uuid>, detail: &Value) -> Result<()> {
    sqlx::query(
        "INSERT INTO audit_log (workspace_id, action, actor_email, surface, credential_id, resource_id, detail) VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(workspace)
    .bind(action)
    .bind(actor.email)
    .bind(actor.surface)
    .bind(actor.credential)
    .bind(resource)
    .bind(detail)
    .execute(&mut **tx)
    .await?;
    Ok(())
}
