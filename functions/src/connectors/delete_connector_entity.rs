use axum::extract::State;
use axum::response::Response;
use wire::connectors::ConnectorDraft;

use super::{KIND, parts};
use crate::app::App;
use crate::documents;
use crate::drafting::{self, Target};
use crate::extract::{Caller, IfMatch, Path};
use crate::problem::Result;

/// Remove one entity from the draft.
#[utoipa::path(delete, path = "/api/connectors/{id}/draft/entities/{name}", tag = "connectors", params(("id" = String, Path, description = "Id or slug."), ("name" = String, Path, description = "The entity's name."), ("If-Match" = Option<String>, Header, description = "Write only if the draft is still this one.")),
    responses((status = 200, description = "The draft as it is now.", body = ConnectorDraft)))]
pub async fn delete_connector_entity(
    State(app): State<App>,
    caller: Caller,
    Path((id, name)): Path<(String, String)>,
    if_match: IfMatch,
) -> Result<Response> {
    let target = Target { caller: &caller, kind: KIND, reference: &id, if_match };
    let mut tx = app.db.begin(caller.scope()).await?;
    let outcome = drafting::edit(&mut tx, target, |config| parts::without(config, &["entities", &name])).await;
    documents::draft(KIND, store::end(tx, outcome).await?)
}
