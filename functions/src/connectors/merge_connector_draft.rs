use axum::extract::State;
use axum::response::Response;
use wire::connectors::{ConnectorDraft, MergeDraft};

use super::KIND;
use crate::app::App;
use crate::documents;
use crate::drafting::Target;
use crate::extract::{Caller, IdempotencyKey, IfMatch, Json, Path};
use crate::idempotent::{self, Begun};
use crate::merging;
use crate::problem::Result;

/// Merge the active version into the draft (three ways, by structure), so that it can be published again.
#[utoipa::path(post, path = "/api/connectors/{id}/draft/merge", tag = "connectors",
    params(("id" = String, Path, description = "Id or slug."), ("If-Match" = Option<String>, Header, description = "Write only if the draft is still this one."),
        ("Idempotency-Key" = Option<String>, Header, description = "A repeat with this key answers what the first call did.")),
    request_body = MergeDraft, responses((status = 200, description = "The draft as it is now, or as `dry_run` would leave it.", body = ConnectorDraft)))]
pub async fn merge_connector_draft(
    State(app): State<App>,
    caller: Caller,
    key: IdempotencyKey,
    if_match: IfMatch,
    Path(id): Path<String>,
    Json(body): Json<MergeDraft>,
) -> Result<Response> {
    let target = Target { caller: &caller, kind: KIND, reference: &id, if_match };
    match idempotent::begin(&app, &caller, "merge_connector_draft", &key).await? {
        Begun::Replay(answer) => Ok(answer),
        Begun::Fresh(mut attempt) if body.dry_run => {
            let preview = merging::preview(&mut attempt.tx, target, &body.resolutions).await;
            documents::draft(KIND, attempt.forget(preview).await?)
        }
        Begun::Fresh(mut attempt) => {
            let merged = merging::merge_active(&mut attempt.tx, target, &body.resolutions).await;
            attempt.end_with_draft(KIND, merged).await
        }
    }
}
