//! Workspaces. They are changed by functions that look up for themselves who presents the secret.

use chrono::{DateTime, Utc};
use domain::digest::Digest;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use crate::publish::Refusal;
use crate::{Db, Error, Result, Tx};

#[derive(Debug, Clone, Deserialize, sqlx::FromRow)]
pub struct Workspace {
    pub id: Uuid,
    pub slug: String,
    pub name: String,
    pub governance_mode: String,
    pub environment_kind: String,
    pub git_repo_url: Option<String>,
    pub git_branch: Option<String>,
    pub created_at: DateTime<Utc>,
    /// What the caller is there; nothing for a token that is no person's.
    pub role: Option<String>,
}

/// One of those that a credential may be used in.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Own {
    pub tenant_id: Uuid,
    /// The credential was made in this tenant.
    pub at_home: bool,
    #[sqlx(flatten)]
    pub workspace: Workspace,
}

#[derive(Debug, Clone)]
pub struct NewWorkspace<'a> {
    pub slug: &'a str,
    pub name: &'a str,
    pub environment_kind: &'a str,
    pub git_repo_url: Option<&'a str>,
    pub git_branch: Option<&'a str>,
}

/// What a function that decides for itself answered: the thing as it is now, or why not.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "status", rename_all = "lowercase")]
pub enum Outcome<T> {
    Done { item: T },
    Refused(Refusal),
}

impl<T: DeserializeOwned> Outcome<T> {
    pub(crate) fn read(answer: Value) -> Result<Outcome<T>> {
        serde_json::from_value(answer).map_err(|error| Error::Unexpected(format!("an outcome that nobody expects: {error}")))
    }
}

/// Those that a credential may be used in, newest first.
pub async fn own(db: &Db, credential: Uuid, before: Option<Uuid>, limit: Option<i64>) -> Result<Vec<Own>> {
    Ok(sqlx::query_as("SELECT * FROM workspaces_of($1, $2, $3)").bind(credential).bind(before).bind(limit).fetch_all(db.pool()).await?)
}

/// The workspace that the transaction is in; `role` is the caller's there.
pub async fn find(tx: &mut Tx, workspace: Uuid, role: Option<&str>) -> Result<Option<Workspace>> {
    Ok(sqlx::query_as(
        "SELECT id, slug, name, governance_mode, environment_kind, git_repo_url, git_branch, created_at, $2::text AS role FROM workspaces WHERE id = $1",
    )
    .bind(workspace)
    .bind(role)
    .fetch_optional(&mut **tx)
    .await?)
}

/// In the tenant of `home`; the caller becomes its owner.
pub async fn create(tx: &mut Tx, secret: Digest, home: Uuid, new: &NewWorkspace<'_>) -> Result<Outcome<Workspace>> {
    let answer = sqlx::query_scalar("SELECT create_workspace($1, $2, $3, $4, $5, $6, $7)")
        .bind(secret.as_bytes())
        .bind(home)
        .bind(new.slug)
        .bind(new.name)
        .bind(new.environment_kind)
        .bind(new.git_repo_url)
        .bind(new.git_branch)
        .fetch_one(&mut **tx)
        .await?;
    Outcome::read(answer)
}

/// `changes` has the members of the settings as the API names them; null removes.
pub async fn change(tx: &mut Tx, secret: Digest, workspace: Uuid, changes: &Value) -> Result<Outcome<Workspace>> {
    let answer = sqlx::query_scalar("SELECT change_workspace($1, $2, $3)")
        .bind(secret.as_bytes())
        .bind(workspace)
        .bind(changes)
        .fetch_one(&mut **tx)
        .await?;
    Outcome::read(answer)
}
