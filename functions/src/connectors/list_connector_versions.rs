use axum::extract::State;
use domain::identity::Right;
use wire::connectors::ConnectorVersion;
use wire::page::Page;

use super::answers;
use crate::app::App;
use crate::extract::{Caller, Path, Query};
use crate::listing::{PageQuery, next_page};
use crate::problem::{Problem, Result};

/// The published versions, newest first, without their configs.
#[utoipa::path(get, path = "/api/connectors/{id}/versions", tag = "connectors", params(("id" = String, Path, description = "Id or slug."), PageQuery),
    responses((status = 200, description = "A page of versions.", body = Page<ConnectorVersion>)))]
pub async fn list_connector_versions(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<PageQuery>,
) -> Result<axum::Json<Page<ConnectorVersion>>> {
    let limit = query.limit()?;
    let before: Option<i32> = query.cursor()?;
    let mut tx = app.db.begin(caller.scope()).await?;
    let outcome = async {
        let connector = super::get_connector::find(&mut tx, &caller, &id).await?;
        caller.require(Right::Read)?;
        Ok::<_, Problem>(store::versions::list_published(&mut tx, caller.workspace.id, connector.id, before, limit + 1).await?)
    }
    .await;
    let (rows, next_cursor) = next_page(store::end(tx, outcome).await?, limit, |row| row.version);
    Ok(axum::Json(Page { items: rows.into_iter().map(answers::version).collect::<Result<_>>()?, next_cursor }))
}
