use axum::extract::State;
use wire::connectors::{Connector, RenameConnector};

use super::{KIND, answers};
use crate::app::App;
use crate::drafting::Target;
use crate::extract::{Caller, IfMatch, Json, Path};
use crate::problem::Result;
use crate::resources;

/// Rename a connector. Its slug never changes.
#[utoipa::path(patch, path = "/api/connectors/{id}", tag = "connectors", params(("id" = String, Path, description = "Id or slug."), ("If-Match" = Option<String>, Header, description = "Only if the draft is still this one.")),
    request_body = RenameConnector, responses((status = 200, description = "The connector as it is now.", body = Connector)))]
pub async fn patch_connector(
    State(app): State<App>,
    caller: Caller,
    if_match: IfMatch,
    Path(id): Path<String>,
    Json(body): Json<RenameConnector>,
) -> Result<axum::Json<Connector>> {
    let target = Target { caller: &caller, kind: KIND, reference: &id, if_match };
    Ok(axum::Json(answers::connector(resources::rename(&app, target, body.name.as_deref()).await?)))
}
