//! Content-addressed bodies.

use domain::digest::Digest;
use uuid::Uuid;

use crate::{Result, Tx};

/// The canonical bytes behind a digest, unless the sweep has collected them.
pub async fn find(tx: &mut Tx, workspace: Uuid, digest: Digest) -> Result<Option<Vec<u8>>> {
    Ok(sqlx::query_scalar("SELECT body FROM contents WHERE workspace_id = $1 AND digest = $2")
        .bind(workspace)
        .bind(digest.as_bytes())
        .fetch_optional(&mut **tx)
        .await?)
}

/// The canonical bytes behind a digest that something refers to.
pub async fn body(tx: &mut Tx, workspace: Uuid, digest: Digest) -> Result<Vec<u8>> {
    find(tx, workspace, digest).await?.ok_or(crate::Error::Database(sqlx::Error::RowNotFound))
}

/// Stores a canonical body once. What nothing refers to within a day is collected.
pub async fn keep(tx: &mut Tx, workspace: Uuid, digest: Digest, body: &[u8]) -> Result<()> {
    sqlx::query("SELECT keep_content($1, $2, $3)").bind(workspace).bind(digest.as_bytes()).bind(body).execute(&mut **tx).await?;
    Ok(())
}
