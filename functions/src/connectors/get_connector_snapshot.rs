use axum::extract::State;
use axum::response::Response;
use wire::connectors::ConnectorSnapshotWithConfig;

use super::{KIND, answers};
use crate::app::App;
use crate::documents;
use crate::extract::{Caller, Path, Query};
use crate::history::{self, Which};
use crate::listing::PathQuery;
use crate::problem::Result;

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
    let (row, body) = history::read(&app, &caller, KIND, &id, Which::Snapshot(snapshot)).await?;
    documents::row_or_part(KIND, answers::snapshot(row), body, query.path.as_deref())
}
