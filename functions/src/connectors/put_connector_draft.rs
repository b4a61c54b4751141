use axum::extract::State;
use axum::response::Response;
use wire::connectors::ConnectorDraft;

use super::KIND;
use crate::app::App;
use crate::documents;
use crate::drafting::{self, Target};
use crate::extract::{Caller, Document, IfMatch, Path};
use crate::problem::Result;

/// Replace the whole draft.
#[utoipa::path(put, path = "/api/connectors/{id}/draft", tag = "connectors", params(("id" = String, Path, description = "Id or slug."), ("If-Match" = Option<String>, Header, description = "Write only if the draft is still this one.")),
    request_body = Object,
    responses((status = 200, description = "The draft as it is now.", body = ConnectorDraft)))]
pub async fn put_connector_draft(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    if_match: IfMatch,
    Document(config): Document,
) -> Result<Response> {
    let target = Target { caller: &caller, kind: KIND, reference: &id, if_match };
    let mut tx = app.db.begin(caller.scope()).await?;
    let outcome = drafting::edit(&mut tx, target, |_| Ok(config.clone())).await;
    documents::draft(KIND, store::end(tx, outcome).await?)
}
