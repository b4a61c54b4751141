//! Who belongs to a workspace. Changed by functions that look up for themselves who presents the secret, one change at a time.

use chrono::{DateTime, Utc};
use domain::digest::Digest;
use serde::Deserialize;
use uuid::Uuid;

use crate::workspaces::Outcome;
use crate::{Result, Tx};

#[derive(Debug, Clone, Deserialize, sqlx::FromRow)]
pub struct Member {
    pub user_id: Uuid,
    pub email: String,
    pub name: String,
    pub role: String,
    pub since: DateTime<Utc>,
}

/// Newest first, from the one before `after` on.
pub async fn list(tx: &mut Tx, workspace: Uuid, after: Option<(DateTime<Utc>, Uuid)>, limit: i64) -> Result<Vec<Member>> {
    Ok(sqlx::query_as("SELECT * FROM members_of($1, $2, $3, $4)")
        .bind(workspace)
        .bind(after.map(|(since, _)| since))
        .bind(after.map(|(_, user)| user))
        .bind(limit)
        .fetch_all(&mut **tx)
        .await?)
}

/// Whoever has that e-mail; a person whom nobody knows yet is made.
pub async fn add(tx: &mut Tx, secret: Digest, workspace: Uuid, email: &str, role: &str) -> Result<Outcome<Member>> {
    let answer = sqlx::query_scalar("SELECT add_member($1, $2, $3, $4)")
        .bind(secret.as_bytes())
        .bind(workspace)
        .bind(email)
        .bind(role)
        .fetch_one(&mut **tx)
        .await?;
    Outcome::read(answer)
}

pub async fn change(tx: &mut Tx, secret: Digest, workspace: Uuid, user: Uuid, role: &str) -> Result<Outcome<Member>> {
    let answer = sqlx::query_scalar("SELECT change_member($1, $2, $3, $4)")
        .bind(secret.as_bytes())
        .bind(workspace)
        .bind(user)
        .bind(role)
        .fetch_one(&mut **tx)
        .await?;
    Outcome::read(answer)
}

/// Their personal tokens for the workspace end with it.
pub async fn remove(tx: &mut Tx, secret: Digest, workspace: Uuid, user: Uuid) -> Result<Outcome<Member>> {
    let answer = sqlx::query_scalar("SELECT remove_member($1, $2, $3)")
        .bind(secret.as_bytes())
        .bind(workspace)
        .bind(user)
        .fetch_one(&mut **tx)
        .await?;
    Outcome::read(answer)
}
