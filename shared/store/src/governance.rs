//! The mode that says who may publish.

use uuid::Uuid;

use crate::{Result, Tx};

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Governance {
    /// `DesignerOnly`, `CodeManaged` or `Hybrid`.
    pub mode: String,
    pub git_repo_url: Option<String>,
}

pub async fn read(tx: &mut Tx, workspace: Uuid) -> Result<Governance> {
    Ok(sqlx::query_as("SELECT governance_mode AS mode, git_repo_url FROM workspaces WHERE id = $1")
        .bind(workspace)
        .fetch_one(&mut **tx)
        .await?)
}

/// The mode, which nobody changes until this transaction ends: publishes and applies share the lock, a change of mode takes it alone.
pub async fn hold(tx: &mut Tx, workspace: Uuid) -> Result<Governance> {
    sqlx::query("SELECT pg_advisory_xact_lock_shared(hashtextextended('workspace:' || $1::text, 7))")
        .bind(workspace)
        .execute(&mut **tx)
        .await?;
    read(tx, workspace).await
}
