use axum::extract::State;
use wire::connectors::DraftDiff;

use super::KIND;
use crate::app::App;
use crate::drafting::{self, Target};
use crate::extract::{Caller, IfMatch, Path};
use crate::problem::Result;

/// What a publish would change, and what a merge would ask about.
#[utoipa::path(get, path = "/api/connectors/{id}/draft/diff", tag = "connectors", params(("id" = String, Path, description = "Id or slug.")),
    responses((status = 200, description = "The draft against the active version.", body = DraftDiff)))]
pub async fn diff_connector_draft(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<axum::Json<DraftDiff>> {
    let target = Target { caller: &caller, kind: KIND, reference: &id, if_match: IfMatch(None) };
    let drafting::Differences { draft, changes, conflicts, truncated, mergeable } = drafting::differences(&app, target).await?;
    let (base_version, active_version) = (draft.base_version, draft.active_version);
    Ok(axum::Json(DraftDiff { base_version, active_version, changes, truncated, conflicts, mergeable }))
}
