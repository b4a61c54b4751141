use axum::extract::State;
use wire::connectors::VersionDiff;

use super::KIND;
use crate::app::App;
use crate::drafting::Target;
use crate::extract::{Caller, IfMatch, Path, Query};
use crate::history;
use crate::listing::AgainstQuery;
use crate::problem::Result;

/// What a version changed: against its predecessor, another version, the active one or the draft.
#[utoipa::path(get, path = "/v1/flows/{id}/versions/{version}/diff", tag = "flows",
    params(("id" = String, Path, description = "Id or slug."), ("version" = i32, Path, description = "The version on the `after` side."), AgainstQuery),
    responses((status = 200, description = "The other side is `before`, this version `after`.", body = VersionDiff)))]
pub async fn diff_flow_version(
    State(app): State<App>,
    caller: Caller,
    Path((id, version)): Path<(String, i32)>,
    Query(query): Query<AgainstQuery>,
) -> Result<axum::Json<VersionDiff>> {
    let target = Target { caller: &caller, kind: KIND, reference: &id, if_match: IfMatch(None) };
    Ok(axum::Json(history::difference(&app, target, version, query.against.as_deref()).await?))
}
