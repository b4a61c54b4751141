use axum::extract::State;
use wire::connectors::Connector;

use super::{KIND, answers};
use crate::app::App;
use crate::extract::{Caller, Path};
use crate::problem::Result;
use crate::resources;

/// One connector, without its config.
#[utoipa::path(get, path = "/api/connectors/{id}", tag = "connectors", params(("id" = String, Path, description = "Id or slug.")),
    responses((status = 200, description = "The connector.", body = Connector)))]
pub async fn get_connector(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<axum::Json<Connector>> {
    Ok(axum::Json(answers::connector(resources::get(&app, &caller, KIND, &id).await?)))
}
