use std::str::FromStr;

use axum::extract::State;
use domain::identity::{ResourceType, Right};
use wire::replica::ReplicaStatus;

use crate::app::App;
use crate::extract::{Caller, Path};
use crate::problem::{Problem, Result};

/// Whether workers can read what was published.
#[utoipa::path(get, path = "/v1/replica/{type}/{id}", tag = "replica",
    params(("type" = String, Path, description = "`connector` or `flow`."), ("id" = String, Path, description = "Id or slug.")),
    responses((status = 200, description = "Published version against replica.", body = ReplicaStatus)))]
pub async fn get_replica_status(
    State(app): State<App>,
    caller: Caller,
    Path((kind, id)): Path<(String, String)>,
) -> Result<axum::Json<ReplicaStatus>> {
    let kind = ResourceType::from_str(&kind).map_err(|unknown| Problem::new(wire::problem::Code::NotFound, format!("{unknown}.")))?;
    let mut tx = app.db.begin(caller.scope()).await?;
    let outcome = async {
        let resource = store::resources::find(&mut tx, caller.workspace.id, kind, &id)
            .await?
            .ok_or_else(|| Problem::not_found(format!("{kind} {id:?}")))?;
        caller.require(Right::Read)?;
        Ok::<_, Problem>(store::replica::status(&mut tx, caller.workspace.id, resource.id).await?)
    }
    .await;
    let status = store::end(tx, outcome).await?;
    let in_sync = status.replica_version.unwrap_or_default() == status.published_version;
    let lag = match (in_sync, status.published_at, status.replicated_at) {
        (true, Some(published), Some(replicated)) => Some((replicated - published).num_milliseconds().max(0)),
        _ => None,
    };
    Ok(axum::Json(ReplicaStatus {
        published_version: status.published_version,
        replica_version: status.replica_version,
        epoch: status.epoch,
        replicated_at_utc: status.replicated_at.map(Into::into),
        notified_at_utc: status.notified_at.map(Into::into),
        lag_ms: lag,
        in_sync,
    }))
}
