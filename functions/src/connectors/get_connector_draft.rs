use axum::extract::State;
use axum::response::Response;
use wire::connectors::ConnectorDraft;

use super::KIND;
use crate::app::App;
use crate::extract::{Caller, Path, Query};
use crate::listing::PathQuery;
use crate::problem::Result;
use crate::{documents, drafting};

/// The draft: what everybody edits and nobody runs.
#[utoipa::path(get, path = "/api/connectors/{id}/draft", tag = "connectors", params(("id" = String, Path, description = "Id or slug."), PathQuery),
    responses((status = 200, description = "The draft; with `path`, `value` at that path in place of `config`.", body = ConnectorDraft)))]
pub async fn get_connector_draft(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<PathQuery>,
) -> Result<Response> {
    let mut tx = app.db.begin(caller.scope()).await?;
    let read = drafting::read(&mut tx, &caller, KIND, &id).await;
    let loaded = store::end(tx, read).await?;
    documents::draft_or_part(KIND, loaded, query.path.as_deref())
}
