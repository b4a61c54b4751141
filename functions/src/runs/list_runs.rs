use axum::extract::State;
use chrono::TimeDelta;
use domain::identity::Right;
use serde::Deserialize;
use store::runs::Filter;
use utoipa::IntoParams;
use uuid::Uuid;
use wire::page::CamelPage;
use wire::runs::Run;

use super::answers;
use crate::app::App;
use crate::extract::{Caller, Query};
use crate::listing::{PageQuery, after, next_page, period};
use crate::problem::{Problem, Result};

#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RunsQuery {
    /// `cli` or `designer`: the surface that the version came from; an agent's counts as designer.
    pub source: Option<String>,
    /// `succeeded` or `failed`.
    pub status: Option<String>,
    /// A flow's slug or id.
    pub flow: Option<String>,
    /// Runs from this time on (RFC 3339).
    pub from: Option<String>,
    /// Runs before this time.
    pub to: Option<String>,
    /// 1 to 200; 50 when left out.
    pub limit: Option<String>,
    /// The last page's `nextCursor`.
    pub cursor: Option<String>,
}

/// Evaluations, newest first, without their documents.
#[utoipa::path(get, path = "/v1/runs", tag = "runs", params(RunsQuery), responses((status = 200, description = "A page of runs, newest first.", body = CamelPage<Run>)))]
pub async fn list_runs(State(app): State<App>, caller: Caller, Query(query): Query<RunsQuery>) -> Result<axum::Json<CamelPage<Run>>> {
    let family = answers::one_of("source", query.source.as_deref(), ["cli", "designer"])?;
    let status = answers::one_of("status", query.status.as_deref(), ["succeeded", "failed"])?;
    let (from, to) = period(query.from.as_deref(), query.to.as_deref())?;
    let to = to.unwrap_or_else(|| app.now() + TimeDelta::days(1));
    let page = PageQuery { limit: query.limit, cursor: query.cursor };
    let limit = page.limit()?;
    let list = format!("runs {}", caller.workspace.id);
    let before: Option<Uuid> = after(page.cursor()?, &list)?;
    caller.require(Right::Read)?;
    let mut tx = app.db.begin(caller.scope()).await?;
    let outcome = async {
        let Ok(flow) = answers::flow_named(&mut tx, &caller, query.flow.as_deref()).await? else { return Ok(Vec::new()) };
        let filter = Filter { family, status, flow, from, to };
        Ok::<_, Problem>(store::runs::list(&mut tx, caller.workspace.id, &filter, before, limit + 1).await?)
    }
    .await;
    let (rows, next_cursor) = next_page(store::end(tx, outcome).await?, limit, &list, |row| row.id);
    Ok(axum::Json(CamelPage { items: rows.into_iter().map(answers::run).collect(), next_cursor }))
}
