use axum::extract::State;
use wire::flows::Flow;

use super::{KIND, answers};
use crate::app::App;
use crate::extract::{Caller, Path};
use crate::problem::Result;
use crate::resources;

/// One flow, without its graph.
#[utoipa::path(get, path = "/v1/flows/{id}", tag = "flows", params(("id" = String, Path, description = "Id or slug.")),
    responses((status = 200, description = "The flow.", body = Flow)))]
pub async fn get_flow(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<axum::Json<Flow>> {
    Ok(axum::Json(answers::flow(resources::get(&app, &caller, KIND, &id).await?)))
}
