use axum::extract::State;
use axum::response::Response;
use wire::connectors::ConnectorDraft;

use super::{KIND, parts};
use crate::app::App;
use crate::documents;
use crate::drafting::{self, Target};
use crate::extract::{Caller, Document, IfMatch, Path};
use crate::problem::Result;

/// Add or replace one entity of the draft.
#[utoipa::path(put, path = "/api/connectors/{id}/draft/entities/{name}", tag = "connectors", params(("id" = String, Path, description = "Id or slug."), ("name" = String, Path, description = "The entity's name."), ("If-Match" = Option<String>, Header, description = "Write only if the draft is still this one.")),
    request_body = Object,
    responses((status = 200, description = "The draft as it is now.", body = ConnectorDraft)))]
pub async fn put_connector_entity(
    State(app): State<App>,
    caller: Caller,
    Path((id, name)): Path<(String, String)>,
    if_match: IfMatch,
    Document(entity): Document,
) -> Result<Response> {
    let target = Target { caller: &caller, kind: KIND, reference: &id, if_match };
    let mut tx = app.db.begin(caller.scope()).await?;
    let outcome = drafting::edit(&mut tx, target, |config| Ok(parts::with(config, &["entities", &name], entity.clone())))
        .await
        .map_err(|problem| problem.relative_to(&parts::pointer(&["entities", &name])));
    documents::draft(KIND, store::end(tx, outcome).await?)
}
