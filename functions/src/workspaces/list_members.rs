use axum::extract::State;
use chrono::{DateTime, Utc};
use domain::identity::Right;
use uuid::Uuid;
use wire::page::CamelPage;
use wire::workspaces::Member;

use crate::app::App;
use crate::extract::{Query, Visitor};
use crate::listing::{Cursor, PageQuery, after, next_page};
use crate::problem::{Problem, Result};

/// Who belongs to a workspace, newest first.
#[utoipa::path(get, path = "/v1/workspaces/{id}/members", tag = "workspaces", params(("id" = String, Path, description = "Id or slug."), PageQuery),
    responses((status = 200, description = "A page of members.", body = CamelPage<Member>)))]
pub async fn list_members(
    State(app): State<App>,
    visitor: Visitor,
    Query(query): Query<PageQuery>,
) -> Result<axum::Json<CamelPage<Member>>> {
    let limit = query.limit()?;
    let cursor: Option<Cursor<(DateTime<Utc>, Uuid)>> = query.cursor()?;
    let caller = visitor.enter()?;
    let list = format!("members {}", caller.workspace.id);
    let after = after(cursor, &list)?;
    caller.require(Right::Read)?;
    let mut tx = app.db.begin(caller.scope()).await?;
    let listed = store::members::list(&mut tx, caller.workspace.id, after, limit + 1).await.map_err(Problem::from);
    let (rows, next_cursor) = next_page(store::end(tx, listed).await?, limit, &list, |row| (row.since, row.user_id));
    Ok(axum::Json(CamelPage { items: rows.into_iter().map(super::member).collect(), next_cursor }))
}
