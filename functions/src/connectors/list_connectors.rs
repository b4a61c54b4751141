use axum::extract::State;
use domain::identity::Right;
use wire::connectors::Connector;
use wire::page::Page;

use super::{KIND, answers};
use crate::app::App;
use crate::extract::{Caller, Query};
use crate::listing::{ResourceQuery, page_of_resources};
use crate::problem::Result;

/// The workspace's connectors, newest first.
#[utoipa::path(get, path = "/api/connectors", tag = "connectors", params(ResourceQuery), responses((status = 200, description = "A page of connectors.", body = Page<Connector>)))]
pub async fn list_connectors(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ResourceQuery>,
) -> Result<axum::Json<Page<Connector>>> {
    caller.require(Right::Read)?;
    let (items, next_cursor) = page_of_resources(&app, &caller, KIND, &query).await?;
    Ok(axum::Json(Page { items: items.into_iter().map(answers::connector).collect(), next_cursor }))
}
