use axum::extract::State;
use domain::identity::Right;
use wire::workspaces::Workspace;

use crate::app::App;
use crate::extract::{Visitor, no_workspace};
use crate::problem::{Problem, Result};

/// One workspace, with its settings.
#[utoipa::path(get, path = "/v1/workspaces/{id}", tag = "workspaces", params(("id" = String, Path, description = "Id or slug.")),
    responses((status = 200, description = "The workspace.", body = Workspace)))]
pub async fn get_workspace(State(app): State<App>, visitor: Visitor) -> Result<axum::Json<Workspace>> {
    let caller = visitor.enter()?;
    caller.require(Right::Read)?;
    let role = caller.identity.role.map(|role| role.as_str());
    let mut tx = app.db.begin(caller.scope()).await?;
    let found = store::workspaces::find(&mut tx, caller.workspace.id, role).await.map_err(Problem::from);
    let row = store::end(tx, found).await?.ok_or_else(|| no_workspace(&caller.workspace.slug))?;
    Ok(axum::Json(super::workspace(row)))
}
