use axum::extract::State;
use wire::connectors::ConnectorVersion;
use wire::page::Page;

use super::{KIND, answers};
use crate::app::App;
use crate::extract::{Caller, Path, Query};
use crate::history;
use crate::listing::PageQuery;
use crate::problem::Result;

/// The published versions, newest first, without their configs.
#[utoipa::path(get, path = "/api/connectors/{id}/versions", tag = "connectors", params(("id" = String, Path, description = "Id or slug."), PageQuery),
    responses((status = 200, description = "A page of versions.", body = Page<ConnectorVersion>)))]
pub async fn list_connector_versions(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<PageQuery>,
) -> Result<axum::Json<Page<ConnectorVersion>>> {
    let (rows, next_cursor) = history::versions(&app, &caller, KIND, &id, &query).await?;
    Ok(axum::Json(Page { items: rows.into_iter().map(answers::version).collect::<Result<_>>()?, next_cursor }))
}
