use axum::extract::State;
use axum::response::Response;
use wire::connectors::ConnectorDraft;

use super::KIND;
use crate::app::App;
use crate::documents;
use crate::drafting::{self, Target};
use crate::extract::{Caller, IfMatch, Path};
use crate::problem::Result;

/// Reset: the draft becomes the active version again. What it held stays in the history.
#[utoipa::path(delete, path = "/api/connectors/{id}/draft", tag = "connectors", params(("id" = String, Path, description = "Id or slug."), ("If-Match" = Option<String>, Header, description = "Write only if the draft is still this one.")),
    responses((status = 200, description = "The draft as it is now.", body = ConnectorDraft)))]
pub async fn reset_connector_draft(State(app): State<App>, caller: Caller, Path(id): Path<String>, if_match: IfMatch) -> Result<Response> {
    let target = Target { caller: &caller, kind: KIND, reference: &id, if_match };
    let mut tx = app.db.begin(caller.scope()).await?;
    let outcome = drafting::reset(&mut tx, target).await;
    documents::draft(KIND, store::end(tx, outcome).await?)
}
