use axum::extract::State;
use domain::identity::Right;
use store::Tx;
use store::resources::Resource;
use wire::connectors::Connector;

use super::{KIND, answers};
use crate::app::App;
use crate::extract::{Caller, Path};
use crate::problem::{Problem, Result};

/// One connector, without its config.
#[utoipa::path(get, path = "/api/connectors/{id}", tag = "connectors", params(("id" = String, Path, description = "Id or slug.")),
    responses((status = 200, description = "The connector.", body = Connector)))]
pub async fn get_connector(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<axum::Json<Connector>> {
    let mut tx = app.db.begin(caller.scope()).await?;
    let found = find(&mut tx, &caller, &id).await;
    let connector = store::end(tx, found).await?;
    caller.require(Right::Read)?;
    Ok(axum::Json(answers::connector(connector)))
}

/// The connector, or 404.
pub async fn find(tx: &mut Tx, caller: &Caller, reference: &str) -> Result<Resource> {
    store::resources::find(tx, caller.workspace.id, KIND, reference)
        .await?
        .ok_or_else(|| Problem::not_found(format!("{KIND} {reference:?}")))
}
