use axum::extract::State;
use axum::response::Response;
use wire::connectors::RestoreDraft;
use wire::flows::FlowDraft;

use super::KIND;
use crate::app::App;
use crate::drafting::Target;
use crate::extract::{Caller, IdempotencyKey, IfMatch, Json, Path};
use crate::history::{self, Which};
use crate::idempotent::{self, Begun};
use crate::problem::Result;

/// Copy a version's graph into the draft, based on the active version. Publishes nothing.
#[utoipa::path(post, path = "/v1/flows/{id}/versions/{version}/restore", tag = "flows",
    params(("id" = String, Path, description = "Id or slug."), ("version" = i32, Path, description = "What to restore."),
        ("If-Match" = Option<String>, Header, description = "Write only if the draft is still this one."),
        ("Idempotency-Key" = Option<String>, Header, description = "A repeat with this key answers what the first call did.")),
    request_body = RestoreDraft, responses((status = 200, description = "The draft as it is now.", body = FlowDraft)))]
pub async fn restore_flow_version(
    State(app): State<App>,
    caller: Caller,
    key: IdempotencyKey,
    if_match: IfMatch,
    Path((id, version)): Path<(String, i32)>,
    Json(RestoreDraft {}): Json<RestoreDraft>,
) -> Result<Response> {
    match idempotent::begin(&app, &caller, "restore_flow_version", &key).await? {
        Begun::Replay(answer) => Ok(answer),
        Begun::Fresh(mut attempt) => {
            let target = Target { caller: &caller, kind: KIND, reference: &id, if_match };
            let restored = history::restore(&mut attempt.tx, target, Which::Version(version)).await;
            attempt.end_with_draft(KIND, restored).await
        }
    }
}
