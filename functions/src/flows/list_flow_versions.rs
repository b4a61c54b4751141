use axum::extract::State;
use wire::flows::FlowVersion;
use wire::page::CamelPage;

use super::{KIND, answers};
use crate::app::App;
use crate::extract::{Caller, Path, Query};
use crate::history;
use crate::listing::PageQuery;
use crate::problem::Result;

/// The published versions, newest first, without their graphs.
#[utoipa::path(get, path = "/v1/flows/{id}/versions", tag = "flows", params(("id" = String, Path, description = "Id or slug."), PageQuery),
    responses((status = 200, description = "A page of versions.", body = CamelPage<FlowVersion>)))]
pub async fn list_flow_versions(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<PageQuery>,
) -> Result<axum::Json<CamelPage<FlowVersion>>> {
    let (rows, next_cursor) = history::versions(&app, &caller, KIND, &id, &query).await?;
    Ok(axum::Json(CamelPage { items: rows.into_iter().map(answers::version).collect::<Result<_>>()?, next_cursor }))
}
