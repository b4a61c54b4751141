use axum::extract::State;
use domain::digest::Digest;
use domain::identity::Right;
use serde::Deserialize;
use store::exports::{Exported, Wanted};
use utoipa::IntoParams;
use uuid::Uuid;
use wire::problem::Code;
use wire::sync::export::{Export, ExportWorkspace, ExportedResource, LastApplied};

use crate::app::App;
use crate::documents;
use crate::extract::{Caller, Query};
use crate::listing::{PageQuery, after, flag, next_page};
use crate::problem::{Problem, Result};

/// Bodies are put into a page until they have this many bytes.
const BODY_BYTES: i64 = 1024 * 1024;

#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ExportQuery {
    /// 1 to 200; 50 when left out.
    pub limit: Option<String>,
    /// The last page's `nextCursor`.
    pub cursor: Option<String>,
    /// `draft`: drafts; when left out the published versions, and the drafts of what was never published.
    pub of: Option<String>,
    /// `false` leaves the bodies out.
    #[serde(default, deserialize_with = "flag")]
    pub bodies: Option<bool>,
}

/// Everything that a checkout holds, in the order of ids.
#[utoipa::path(get, path = "/v1/sync/export", tag = "sync", params(ExportQuery),
    responses((status = 200, description = "A page of resources.", body = Export)))]
pub async fn export_resources(State(app): State<App>, caller: Caller, Query(query): Query<ExportQuery>) -> Result<axum::Json<Export>> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor };
    let (limit, cursor) = (page.limit()?, page.cursor::<Uuid>()?);
    let of_drafts = match query.of.as_deref() {
        None => false,
        Some("draft") => true,
        Some(other) => {
            return Err(Problem::new(Code::InvalidQuery, format!("`of` takes `draft`, or is left out; {other:?} is neither.")));
        }
    };
    let list = format!("export {} {}", caller.workspace.id, query.of.as_deref().unwrap_or_default());
    let after = after(cursor, &list)?;
    caller.require(Right::Read)?;
    let body_bytes = if query.bodies == Some(false) { 0 } else { BODY_BYTES };
    let mut tx = app.db.begin(caller.scope()).await?;
    let outcome = async {
        let workspace = store::workspaces::find(&mut tx, caller.workspace.id, None).await?;
        let workspace = workspace.ok_or_else(|| Problem::internal("the caller's workspace is gone"))?;
        let as_of = store::exports::as_of(&mut tx).await?;
        let wanted = Wanted { of_drafts, body_bytes, after, limit: limit + 1 };
        Ok::<_, Problem>((workspace, as_of, store::exports::page(&mut tx, caller.workspace.id, wanted).await?))
    }
    .await;
    let (workspace, as_of, rows) = store::end(tx, outcome).await?;
    let (rows, next_cursor) = next_page(rows, limit, &list, |row| row.id);
    Ok(axum::Json(Export {
        workspace: ExportWorkspace {
            id: workspace.id,
            slug: workspace.slug,
            name: workspace.name,
            governance_mode: workspace.governance_mode,
            environment_kind: workspace.environment_kind,
            git_repo_url: workspace.git_repo_url,
            git_branch: workspace.git_branch,
        },
        as_of_utc: as_of.into(),
        resources: rows.into_iter().map(resource).collect::<Result<_>>()?,
        next_cursor,
    }))
}

fn resource(row: Exported) -> Result<ExportedResource> {
    let last_applied = match (row.applied_digest, row.applied_commit, row.applied_at) {
        (Some(digest), Some(git_commit_sha), Some(at)) => {
            let digest = Digest::try_from(digest.as_slice()).map_err(Problem::internal)?;
            Some(LastApplied { digest, git_commit_sha, at_utc: at.into() })
        }
        _ => None,
    };
    Ok(ExportedResource {
        kind: row.kind,
        id: row.id,
        slug: row.slug,
        name: row.name,
        published_version: row.published_version,
        archived: row.archived,
        digest: row.digest.0,
        body: row.body.map(documents::raw).transpose()?,
        last_applied,
    })
}
