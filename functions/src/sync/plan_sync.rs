use axum::extract::State;
use domain::identity::Right;
use wire::sync::plan::{SyncPlan, SyncResources};

use super::writing::Checked;
use super::{asking, planning};
use crate::app::App;
use crate::extract::{Caller, Json};
use crate::problem::Result;

/// What applying these files would do, in every governance mode. Nothing is written.
#[utoipa::path(post, path = "/v1/sync/plan", tag = "sync", request_body = SyncResources,
    responses((status = 200, description = "What apply would answer, item by item; conflicts are items too.", body = SyncPlan)))]
pub async fn plan_sync(State(app): State<App>, caller: Caller, Json(body): Json<SyncResources>) -> Result<axum::Json<SyncPlan>> {
    let asked = asking::read(body)?;
    let mut tx = app.db.begin(caller.scope()).await?;
    let outcome = async {
        caller.require(Right::Read)?;
        let governance = store::governance::read(&mut tx, caller.workspace.id).await?;
        planning::plan(&mut tx, &caller, &governance, &asked, false, &mut Checked::default()).await
    }
    .await;
    let planned = store::end(tx, outcome).await?;
    // Apply, too, tells of conflicts before it tells what could not be stored.
    let conflicts = planned.has_conflicts();
    match planned.fault {
        Some(fault) if !conflicts => Err(fault),
        _ => Ok(axum::Json(planned.plan)),
    }
}
