use axum::extract::State;
use axum::http::HeaderMap;
use domain::identity::{CredentialKind, Right};
use uuid::Uuid;
use wire::page::CamelPage;
use wire::workspaces::Workspace;

use crate::app::App;
use crate::extract::{Identity, Query, workspace_required};
use crate::listing::{PageQuery, after, next_page};
use crate::problem::Result;

/// The workspaces that this credential may be used in, newest first.
#[utoipa::path(get, path = "/v1/workspaces", tag = "workspaces", params(PageQuery), responses((status = 200, description = "A page of workspaces.", body = CamelPage<Workspace>)))]
pub async fn list_workspaces(
    State(app): State<App>,
    headers: HeaderMap,
    identity: Identity,
    Query(query): Query<PageQuery>,
) -> Result<axum::Json<CamelPage<Workspace>>> {
    // Without the header an open choice is no fault; a wrong one is.
    if let (Err(slugs), true) = (&identity.workspace, headers.contains_key("x-fcc-workspace")) {
        return Err(workspace_required(slugs));
    }
    let limit = query.limit()?;
    let list = format!("workspaces {}", identity.user.unwrap_or(identity.credential));
    let before: Option<Uuid> = after(query.cursor()?, &list)?;
    // What a person may differs from one to the next; that they belong there is enough to see it.
    if !matches!(identity.kind, CredentialKind::Personal | CredentialKind::Session) {
        identity.require(Right::Read)?;
    }
    let own = store::workspaces::own(&app.db, identity.credential, before, Some(limit + 1)).await?;
    let (rows, next_cursor) = next_page(own, limit, &list, |own| own.workspace.id);
    Ok(axum::Json(CamelPage { items: rows.into_iter().map(|own| super::workspace(own.workspace)).collect(), next_cursor }))
}
