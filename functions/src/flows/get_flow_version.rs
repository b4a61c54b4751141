use axum::extract::State;
use axum::response::Response;
use wire::flows::FlowVersionWithGraph;

use super::{KIND, answers};
use crate::app::App;
use crate::documents;
use crate::extract::{Caller, Path, Query};
use crate::history::{self, Which};
use crate::listing::PathQuery;
use crate::problem::Result;

/// One published version with its graph.
#[utoipa::path(get, path = "/v1/flows/{id}/versions/{version}", tag = "flows",
    params(("id" = String, Path, description = "Id or slug."), ("version" = i32, Path, description = "The version's number."), PathQuery),
    responses((status = 200, description = "The version; with `path`, `value` at that path in place of `graph`.", body = FlowVersionWithGraph)))]
pub async fn get_flow_version(
    State(app): State<App>,
    caller: Caller,
    Path((id, version)): Path<(String, i32)>,
    Query(query): Query<PathQuery>,
) -> Result<Response> {
    let (row, body) = history::read(&app, &caller, KIND, &id, Which::Version(version)).await?;
    documents::row_or_part(KIND, answers::version(row)?, body, query.path.as_deref())
}
