use axum::extract::State;
use domain::Canonical;
use domain::identity::Right;
use wire::problem::Code;
use wire::sync::export::StoredContent;

use crate::app::App;
use crate::drafting;
use crate::extract::{Caller, Document, Path};
use crate::problem::{Problem, Result};

/// Upload one body ahead of a plan or an apply. Repeating it changes nothing; what nothing refers to is forgotten after a day.
#[utoipa::path(put, path = "/v1/sync/contents/{digest}", tag = "sync",
    params(("digest" = String, Path, description = "sha256 of the canonical document, 64 lowercase hex digits.")),
    request_body = Object, responses((status = 200, description = "The workspace has it.", body = StoredContent)))]
pub async fn put_content(
    State(app): State<App>,
    caller: Caller,
    Path(digest): Path<String>,
    Document(document): Document,
) -> Result<axum::Json<StoredContent>> {
    let expected = super::digest(&digest)?;
    if caller.require(Right::Apply).is_err() {
        caller.require(Right::Draft)?;
    }
    let Canonical { bytes, digest } = drafting::canonical_of("content", &document)?;
    if digest != expected {
        let detail =
            format!("The body's digest is {digest} in canonical form (RFC 8785), and the path names {expected}. Nothing was stored.");
        return Err(Problem::new(Code::InvalidBody, detail).error("", format!("its digest is {digest}")).fact("digest", digest));
    }
    let length = bytes.len();
    let mut tx = app.db.begin(caller.scope()).await?;
    let kept = store::contents::keep(&mut tx, caller.workspace.id, digest, &bytes).await.map_err(Problem::from);
    store::end(tx, kept).await?;
    Ok(axum::Json(StoredContent { digest, bytes: length }))
}
