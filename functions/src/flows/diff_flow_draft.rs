use axum::extract::State;
use wire::flows::FlowDraftDiff;

use super::KIND;
use crate::app::App;
use crate::drafting::{self, Target};
use crate::extract::{Caller, IfMatch, Path};
use crate::problem::Result;

/// What a publish would change, and what a merge would ask about.
#[utoipa::path(get, path = "/v1/flows/{id}/draft/diff", tag = "flows", params(("id" = String, Path, description = "Id or slug.")),
    responses((status = 200, description = "The draft against the active version.", body = FlowDraftDiff)))]
pub async fn diff_flow_draft(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<axum::Json<FlowDraftDiff>> {
    let target = Target { caller: &caller, kind: KIND, reference: &id, if_match: IfMatch(None) };
    let drafting::Differences { draft, changes, conflicts, truncated, mergeable } = drafting::differences(&app, target).await?;
    let (base_version, published_version) = (draft.base_version, draft.active_version);
    Ok(axum::Json(FlowDraftDiff { base_version, published_version, changes, truncated, conflicts, mergeable }))
}
