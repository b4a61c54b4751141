//! Tokens and console sessions; only the sha256 of a secret is kept.

use chrono::{DateTime, Utc};
use domain::digest::Digest;
use uuid::Uuid;

use crate::{Result, Tx};

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Credential {
    pub id: Uuid,
    pub kind: String,
    pub surface: Option<String>,
    pub workspace_id: Option<Uuid>,
    pub user_id: Option<Uuid>,
    pub name: String,
    pub email: Option<String>,
    pub scopes: Vec<String>,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

#[derive(Debug, Clone)]
pub struct NewCredential<'a> {
    pub secret: Digest,
    pub kind: &'a str,
    pub surface: Option<&'a str>,
    /// The one workspace that it may be used in; none for all of its user's.
    pub workspace_id: Option<Uuid>,
    /// Where it is made: it belongs to the tenant of this workspace.
    pub made_in: Uuid,
    pub user_id: Option<Uuid>,
    pub name: &'a str,
    pub email: Option<&'a str>,
    pub scopes: Vec<String>,
    pub created_by: Option<Uuid>,
    pub expires_at: DateTime<Utc>,
}

pub async fn insert(tx: &mut Tx, new: &NewCredential<'_>) -> Result<Credential> {
    Ok(sqlx::query_as(
        "INSERT INTO credentials (sha256, kind, surface, workspace_id, tenant_id, user_id, name, email, scopes, created_by, expires_at)
         VALUES ($1, $2, $3, $4, (SELECT tenant_id FROM workspaces WHERE id = $5), $6, $7, $8, $9, $10, $11)
         RETURNING id, kind, surface, workspace_id, user_id, name, email, scopes, created_at, expires_at",
    )
    .bind(new.secret.as_bytes())
    .bind(new.kind)
    .bind(new.surface)
    .bind(new.workspace_id)
    .bind(new.made_in)
    .bind(new.user_id)
    .bind(new.name)
    .bind(new.email)
    .bind(&new.scopes)
    .bind(new.created_by)
    .bind(new.expires_at)
    .fetch_one(&mut **tx)
    .await?)
}

/// Tokens that still work, newest first: those of `only_user`, or (for an admin) all of the workspace's and the admin's own. Sessions are no tokens.
pub async fn list(tx: &mut Tx, workspace: Uuid, only_user: Option<Uuid>, before: Option<Uuid>, limit: i64) -> Result<Vec<Credential>> {
    Ok(sqlx::query_as(
        "SELECT id, kind, surface, workspace_id, user_id, name, email, scopes, created_at, expires_at FROM credentials
          WHERE (workspace_id = $1 OR workspace_id IS NULL) AND kind NOT IN ('session', 'login') AND revoked_at IS NULL AND expires_at > clock_timestamp()
            AND ($2::uuid IS NULL OR user_id = $2) AND ($3::uuid IS NULL OR id < $3)
          ORDER BY id DESC LIMIT $4",
    )
    .bind(workspace)
    .bind(only_user)
    .bind(before)
    .bind(limit)
    .fetch_all(&mut **tx)
    .await?)
}

pub async fn find(tx: &mut Tx, workspace: Uuid, id: Uuid) -> Result<Option<Credential>> {
    Ok(sqlx::query_as(
        "SELECT id, kind, surface, workspace_id, user_id, name, email, scopes, created_at, expires_at FROM credentials
          WHERE (workspace_id = $1 OR workspace_id IS NULL) AND id = $2 AND revoked_at IS NULL",
    )
    .bind(workspace)
    .bind(id)
    .fetch_optional(&mut **tx)
    .await?)
}

pub async fn revoke(tx: &mut Tx, workspace: Uuid, id: Uuid) -> Result<()> {
    sqlx::query("UPDATE credentials SET revoked_at = clock_timestamp() WHERE (workspace_id = $1 OR workspace_id IS NULL) AND id = $2")
        .bind(workspace)
        .bind(id)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
