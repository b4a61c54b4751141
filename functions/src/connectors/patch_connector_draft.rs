use axum::extract::State;
use axum::response::Response;
use domain::merge_patch;
use wire::connectors::ConnectorDraft;

use super::KIND;
use crate::app::App;
use crate::documents;
use crate::drafting::{self, Target};
use crate::extract::{Caller, IfMatch, MergePatch, Path};
use crate::problem::Result;

/// Change any part of the draft with a JSON merge patch (RFC 7396): absent stays, null removes, arrays replace.
#[utoipa::path(patch, path = "/api/connectors/{id}/draft", tag = "connectors", params(("id" = String, Path, description = "Id or slug."), ("If-Match" = Option<String>, Header, description = "Write only if the draft is still this one.")),
    request_body(content((Object = "application/merge-patch+json"), (Object = "application/json"))),
    responses((status = 200, description = "The draft as it is now.", body = ConnectorDraft)))]
pub async fn patch_connector_draft(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    if_match: IfMatch,
    MergePatch(patch): MergePatch,
) -> Result<Response> {
    let target = Target { caller: &caller, kind: KIND, reference: &id, if_match };
    let mut tx = app.db.begin(caller.scope()).await?;
    let outcome = drafting::edit(&mut tx, target, |config| Ok(merge_patch::apply(config, &patch))).await;
    documents::draft(KIND, store::end(tx, outcome).await?)
}
