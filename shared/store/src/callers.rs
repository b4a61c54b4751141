//! Who presents a secret.

use chrono::{DateTime, Utc};
use domain::digest::Digest;
use uuid::Uuid;

use crate::{Db, Result};

/// One answer of `resolve_caller`: a refusal, or a credential in its workspace.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct CallerRow {
    /// `unauthorized` or `workspace_required`; none when the caller is known and the workspace chosen.
    pub refusal: Option<String>,
    pub credential_id: Option<Uuid>,
    pub kind: Option<String>,
    pub surface: Option<String>,
    pub user_id: Option<Uuid>,
    pub email: Option<String>,
    pub scopes: Option<Vec<String>>,
    pub expires_at: Option<DateTime<Utc>>,
    pub workspace_id: Option<Uuid>,
    pub workspace_slug: Option<String>,
    pub role: Option<String>,
    /// The workspaces to choose from, when one has to be chosen.
    pub slugs: Option<Vec<String>>,
}

/// `workspace` is a slug or an id, from `X-FCC-Workspace`.
pub async fn resolve(db: &Db, secret: Digest, workspace: Option<&str>) -> Result<CallerRow> {
    Ok(sqlx::query_as("SELECT * FROM resolve_caller($1, $2)").bind(secret.as_bytes()).bind(workspace).fetch_one(db.pool()).await?)
}

/// A credential's person, in one of the workspaces that it may be used in.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Described {
    pub user_id: Option<Uuid>,
    pub user_email: Option<String>,
    pub user_name: Option<String>,
    pub workspace_id: Option<Uuid>,
    pub slug: Option<String>,
    pub name: Option<String>,
    pub governance_mode: Option<String>,
    pub environment_kind: Option<String>,
    pub role: Option<String>,
}

/// By slug; one row without a workspace when there is none.
pub async fn describe(db: &Db, credential: Uuid) -> Result<Vec<Described>> {
    Ok(sqlx::query_as("SELECT * FROM describe_caller($1)").bind(credential).fetch_all(db.pool()).await?)
}

/// Begins a console session for who presents this; when it ends, or `None` where nothing begins with it.
pub async fn begin_session(db: &Db, presented: Digest, session: Digest) -> Result<Option<DateTime<Utc>>> {
    Ok(sqlx::query_scalar("SELECT begin_session($1, $2)").bind(presented.as_bytes()).bind(session.as_bytes()).fetch_one(db.pool()).await?)
}

/// Begins a console session for the member of this e-mail, in the tenant of this workspace if they belong to it, else of their first
/// membership; when it ends, or `None` where nobody of this e-mail is a member anywhere.
pub async fn begin_session_of(db: &Db, email: &str, workspace: Option<&str>, session: Digest) -> Result<Option<DateTime<Utc>>> {
    let ends = sqlx::query_scalar("SELECT begin_session_of($1, $2, $3)").bind(email).bind(workspace).bind(session.as_bytes());
    Ok(ends.fetch_one(db.pool()).await?)
}

/// Ends a console session.
pub async fn end_session(db: &Db, session: Digest) -> Result<()> {
    sqlx::query("SELECT end_session($1)").bind(session.as_bytes()).execute(db.pool()).await?;
    Ok(())
}
