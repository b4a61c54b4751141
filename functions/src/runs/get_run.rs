use axum::extract::State;
use domain::identity::Right;
use uuid::Uuid;
use wire::runs::RunDetail;

use super::answers;
use crate::app::App;
use crate::extract::{Caller, Path};
use crate::problem::{Problem, Result};

/// One evaluation, with what went in and what came out.
#[utoipa::path(get, path = "/v1/runs/{id}", tag = "runs", params(("id" = Uuid, Path, description = "The run's id.")),
    responses((status = 200, description = "The run.", body = RunDetail)))]
pub async fn get_run(State(app): State<App>, caller: Caller, Path(id): Path<Uuid>) -> Result<axum::Json<RunDetail>> {
    let mut tx = app.db.begin(caller.scope()).await?;
    let found = store::runs::find(&mut tx, caller.workspace.id, id).await.map_err(Problem::from);
    let row = store::end(tx, found).await?;
    let row = row.ok_or_else(|| Problem::not_found(format!("run {id} (it may have been older than runs are kept)")))?;
    caller.require(Right::Read)?;
    answers::detail(row).map(axum::Json)
}
