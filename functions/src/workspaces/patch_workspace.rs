use axum::extract::State;
use domain::identity::Right;
use store::workspaces::Workspace as Row;
use wire::workspaces::{ChangeWorkspace, Workspace};

use super::decided;
use super::settings::Faults;
use crate::app::App;
use crate::extract::{Caller, OpenJson, Visitor};
use crate::problem::{Problem, Result};

/// Change settings of a workspace. A change of the governance mode holds at once, also for publishes in flight.
#[utoipa::path(patch, path = "/v1/workspaces/{id}", tag = "workspaces", params(("id" = String, Path, description = "Id or slug.")),
    request_body = ChangeWorkspace, responses((status = 200, description = "The workspace as it is now.", body = Workspace)))]
pub async fn patch_workspace(
    State(app): State<App>,
    visitor: Visitor,
    OpenJson(mut body): OpenJson<ChangeWorkspace>,
) -> Result<axum::Json<Workspace>> {
    let caller = visitor.enter()?;
    Ok(axum::Json(super::workspace(change(&app, &caller, &mut body).await?)))
}

async fn change(app: &App, caller: &Caller, body: &mut ChangeWorkspace) -> Result<Row> {
    caller.require(Right::Administer)?;
    let mut faults = Faults::default();
    body.name = body.name.as_deref().map(|name| faults.name(name));
    body.git_repo_url.iter().flatten().for_each(|url| faults.git_repo_url(url));
    body.git_branch.iter().flatten().for_each(|branch| faults.git_branch(branch));
    faults.end()?;
    let changes = serde_json::to_value(&*body).map_err(Problem::internal)?;
    let mut tx = app.db.begin(caller.scope()).await?;
    let outcome = store::workspaces::change(&mut tx, caller.identity.secret, caller.workspace.id, &changes).await.map_err(Problem::from);
    store::end(tx, outcome.and_then(|outcome| decided(outcome, caller, &caller.workspace.slug))).await
}
