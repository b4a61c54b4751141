use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::identity::Right;
use store::Tx;
use store::versions::Version;
use wire::connectors::ConnectorSnapshotWithConfig;

use super::{KIND, answers};
use crate::app::App;
use crate::extract::{Caller, Path, Query};
use crate::listing::PathQuery;
use crate::problem::{Problem, Result};

/// One saved snapshot with its config, published or not.
#[utoipa::path(get, path = "/api/connectors/{id}/snapshots/{snapshot}", tag = "connectors",
    params(("id" = String, Path, description = "Id or slug."), ("snapshot" = i64, Path, description = "From the history."), PathQuery),
    responses((status = 200, description = "The snapshot; with `path`, `value` at that path in place of `config`.", body = ConnectorSnapshotWithConfig)))]
pub async fn get_connector_snapshot(
    State(app): State<App>,
    caller: Caller,
    Path((id, snapshot)): Path<(String, i64)>,
    Query(query): Query<PathQuery>,
) -> Result<Response> {
    let mut tx = app.db.begin(caller.scope()).await?;
    let outcome = async {
        let row = find(&mut tx, &caller, &id, snapshot).await?;
        caller.require(Right::Read)?;
        let body = store::contents::body(&mut tx, caller.workspace.id, row.digest()).await?;
        Ok::<_, Problem>((row, body))
    }
    .await;
    let (row, body) = store::end(tx, outcome).await?;
    let snapshot = answers::snapshot(row);
    match query.path {
        None => Ok(axum::Json(ConnectorSnapshotWithConfig { snapshot, config: answers::raw(body)? }).into_response()),
        Some(path) => Ok(answers::part(&body, &path, snapshot)?.into_response()),
    }
}

/// The snapshot, or 404.
pub async fn find(tx: &mut Tx, caller: &Caller, reference: &str, snapshot: i64) -> Result<Version> {
    let connector = super::get_connector::find(tx, caller, reference).await?;
    let found = store::versions::snapshot(tx, caller.workspace.id, connector.id, snapshot).await?;
    found.ok_or_else(|| Problem::not_found(format!("snapshot {snapshot} of {KIND} {reference:?}")))
}
