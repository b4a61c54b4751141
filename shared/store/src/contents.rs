//! Content-addressed bodies.

use domain::digest::Digest;
use uuid::Uuid;

use crate::{Result, Tx};

/// The canonical bytes behind a digest.
pub async fn body(tx: &mut Tx, workspace: Uuid, digest: Digest) -> Result<Vec<u8>> {
    Ok(sqlx::query_scalar("SELECT body FROM contents WHERE workspace_id = $1 AND digest = $2")
        .bind(workspace)
        .bind(digest.as_bytes())
        .fetch_one(&mut **tx)
        .await?)
}
