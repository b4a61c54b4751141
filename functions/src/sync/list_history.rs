use axum::extract::State;
use domain::identity::Right;
use store::versions::Version;
use wire::page::CamelPage;
use wire::sync::history::HistoryItem;

use crate::app::App;
use crate::extract::{Caller, Path, Query};
use crate::listing::{PageQuery, after, next_page};
use crate::problem::{Problem, Result};

/// Every save, apply and publish of a resource, newest first.
#[utoipa::path(get, path = "/v1/sync/history/{type}/{id}", tag = "sync",
    params(("type" = String, Path, description = "`flow` or `connector`."), ("id" = String, Path, description = "Id or slug."), PageQuery),
    responses((status = 200, description = "A page of snapshots.", body = CamelPage<HistoryItem>)))]
pub async fn list_history(
    State(app): State<App>,
    caller: Caller,
    Path((kind, id)): Path<(String, String)>,
    Query(query): Query<PageQuery>,
) -> Result<axum::Json<CamelPage<HistoryItem>>> {
    let limit = query.limit()?;
    let cursor = query.cursor()?;
    let mut tx = app.db.begin(caller.scope()).await?;
    let outcome = async {
        let resource = super::find(&mut tx, &caller, &kind, &id).await?;
        caller.require(Right::Read)?;
        let list = format!("history {}", resource.id);
        let rows = store::versions::list_all(&mut tx, caller.workspace.id, resource.id, after(cursor, &list)?, limit + 1).await?;
        Ok::<_, Problem>(next_page(rows, limit, &list, |row| row.id))
    }
    .await;
    let (rows, next_cursor) = store::end(tx, outcome).await?;
    Ok(axum::Json(CamelPage { items: rows.into_iter().map(item).collect(), next_cursor }))
}

fn item(row: Version) -> HistoryItem {
    HistoryItem {
        snapshot: row.id,
        version: row.version,
        created_by: row.created_by,
        created_at_utc: row.created_at.into(),
        published_at_utc: row.published_at.map(Into::into),
        is_current: row.is_active,
        digest: row.digest(),
        source: row.source,
        surface: row.surface,
        actor_kind: row.actor_kind,
        created_by_email: row.created_by_email,
        git_commit_sha: row.git_commit_sha,
        git_branch: row.git_branch,
        client: row.client,
        restored_from: row.restored_from,
        archived: row.archived,
        note: row.note,
    }
}
