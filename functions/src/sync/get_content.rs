use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, ETAG};
use axum::response::{IntoResponse, Response};
use domain::identity::Right;

use crate::app::App;
use crate::extract::{Caller, Path};
use crate::problem::{Problem, Result};

/// A body by its digest, byte for byte.
#[utoipa::path(get, path = "/v1/sync/contents/{digest}", tag = "sync",
    params(("digest" = String, Path, description = "sha256 of the canonical document, 64 lowercase hex digits.")),
    responses((status = 200, description = "The canonical document.", body = Object)))]
pub async fn get_content(State(app): State<App>, caller: Caller, Path(digest): Path<String>) -> Result<Response> {
    let digest = super::digest(&digest)?;
    let mut tx = app.db.begin(caller.scope()).await?;
    let found = store::contents::find(&mut tx, caller.workspace.id, digest).await.map_err(Problem::from);
    let body = store::end(tx, found).await?.ok_or_else(|| Problem::not_found(format!("content {digest}")))?;
    caller.require(Right::Read)?;
    Ok(([(CONTENT_TYPE, "application/json".to_owned()), (ETAG, format!("\"{digest}\""))], body).into_response())
}
