use axum::extract::State;
use wire::flows::{Flow, RenameFlow};

use super::{KIND, answers};
use crate::app::App;
use crate::drafting::Target;
use crate::extract::{Caller, IfMatch, Json, Path};
use crate::problem::Result;
use crate::resources;

/// Rename a flow. Its slug never changes.
#[utoipa::path(patch, path = "/v1/flows/{id}", tag = "flows", params(("id" = String, Path, description = "Id or slug."), ("If-Match" = Option<String>, Header, description = "Only if the draft is still this one.")),
    request_body = RenameFlow, responses((status = 200, description = "The flow as it is now.", body = Flow)))]
pub async fn patch_flow(
    State(app): State<App>,
    caller: Caller,
    if_match: IfMatch,
    Path(id): Path<String>,
    Json(body): Json<RenameFlow>,
) -> Result<axum::Json<Flow>> {
    let target = Target { caller: &caller, kind: KIND, reference: &id, if_match };
    Ok(axum::Json(answers::flow(resources::rename(&app, target, body.name.as_deref()).await?)))
}
