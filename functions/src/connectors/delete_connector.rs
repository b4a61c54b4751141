use axum::extract::State;
use axum::http::StatusCode;

use super::KIND;
use crate::app::App;
use crate::drafting::Target;
use crate::extract::{Caller, IfMatch, Path};
use crate::problem::Result;
use crate::resources;

/// Delete a connector that was never published. A published one is archived instead.
#[utoipa::path(delete, path = "/api/connectors/{id}", tag = "connectors", params(("id" = String, Path, description = "Id or slug."), ("If-Match" = Option<String>, Header, description = "Only if the draft is still this one.")),
    responses((status = 204, description = "Gone; its slug stays taken.")))]
pub async fn delete_connector(State(app): State<App>, caller: Caller, if_match: IfMatch, Path(id): Path<String>) -> Result<StatusCode> {
    resources::delete(&app, Target { caller: &caller, kind: KIND, reference: &id, if_match }).await?;
    Ok(StatusCode::NO_CONTENT)
}
