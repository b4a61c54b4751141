use axum::extract::State;
use domain::identity::Right;
use serde::Deserialize;
use store::audit::{Entry, Filter};
use utoipa::IntoParams;
use wire::page::CamelPage;
use wire::workspaces::{AuditEntry, AuditedResource};

use crate::app::App;
use crate::extract::{Caller, Query};
use crate::listing::{PageQuery, after, next_page, period};
use crate::problem::{Problem, Result};

#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// RFC 3339; from this moment on.
    pub from: Option<String>,
    /// RFC 3339; before this moment.
    pub to: Option<String>,
    /// An e-mail.
    pub actor: Option<String>,
    /// Id or slug of a connector or flow.
    pub resource: Option<String>,
    /// 1 to 200; 50 when left out.
    pub limit: Option<String>,
    /// The last page's `nextCursor`.
    pub cursor: Option<String>,
}

/// What was done in the workspace, and what was refused, newest first.
#[utoipa::path(get, path = "/v1/audit", tag = "workspaces", params(AuditQuery), responses((status = 200, description = "A page of entries.", body = CamelPage<AuditEntry>)))]
pub async fn list_audit(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<AuditQuery>,
) -> Result<axum::Json<CamelPage<AuditEntry>>> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor };
    let limit = page.limit()?;
    let list = format!("audit {}", caller.workspace.id);
    let (from, to) = period(query.from.as_deref(), query.to.as_deref())?;
    let filter = Filter {
        from,
        to,
        actor: query.actor.as_deref(),
        resource: query.resource.as_deref(),
        before: after(page.cursor()?, &list)?,
        limit: limit + 1,
    };
    caller.require(Right::Administer)?;
    let mut tx = app.db.begin(caller.scope()).await?;
    let listed = store::audit::list(&mut tx, caller.workspace.id, &filter).await.map_err(Problem::from);
    let (rows, next_cursor) = next_page(store::end(tx, listed).await?, limit, &list, |row| (row.at, row.id));
    Ok(axum::Json(CamelPage { items: rows.into_iter().map(entry).collect(), next_cursor }))
}

fn entry(row: Entry) -> AuditEntry {
    let resource = match (row.resource_id, row.resource_type, row.resource_slug) {
        (Some(id), Some(kind), Some(slug)) => Some(AuditedResource { kind, id, slug }),
        _ => None,
    };
    AuditEntry {
        id: row.id,
        at: row.at.into(),
        action: row.action,
        actor_email: row.actor_email,
        surface: row.surface,
        resource,
        detail: row.detail,
    }
}
