use axum::extract::State;
use domain::identity::Right;
use wire::flows::Flow;
use wire::page::CamelPage;

use super::{KIND, answers};
use crate::app::App;
use crate::extract::{Caller, Query};
use crate::listing::{ResourceQuery, page_of_resources};
use crate::problem::Result;

/// The workspace's flows, newest first.
#[utoipa::path(get, path = "/v1/flows", tag = "flows", params(ResourceQuery), responses((status = 200, description = "A page of flows.", body = CamelPage<Flow>)))]
pub async fn list_flows(State(app): State<App>, caller: Caller, Query(query): Query<ResourceQuery>) -> Result<axum::Json<CamelPage<Flow>>> {
    caller.require(Right::Read)?;
    let (items, next_cursor) = page_of_resources(&app, &caller, KIND, &query).await?;
    Ok(axum::Json(CamelPage { items: items.into_iter().map(answers::flow).collect(), next_cursor }))
}
