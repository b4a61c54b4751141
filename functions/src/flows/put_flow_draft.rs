use axum::extract::State;
use axum::response::Response;
use wire::flows::{FlowDraft, PutFlowDraft};

use super::KIND;
use crate::app::App;
use crate::documents;
use crate::drafting::{self, Target};
use crate::extract::{Caller, IfMatch, Json, Path};
use crate::problem::Result;

/// Replace the whole draft.
#[utoipa::path(put, path = "/v1/flows/{id}/draft", tag = "flows", params(("id" = String, Path, description = "Id or slug."), ("If-Match" = Option<String>, Header, description = "Write only if the draft is still this one.")),
    request_body = PutFlowDraft,
    responses((status = 200, description = "The draft as it is now.", body = FlowDraft)))]
pub async fn put_flow_draft(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    if_match: IfMatch,
    Json(body): Json<PutFlowDraft>,
) -> Result<Response> {
    let target = Target { caller: &caller, kind: KIND, reference: &id, if_match };
    let mut tx = app.db.begin(caller.scope()).await?;
    let outcome = drafting::edit(&mut tx, target, |_| Ok(body.graph.clone())).await;
    let saved = store::end(tx, outcome).await.map_err(|problem| problem.inside("/graph"))?;
    documents::draft(KIND, saved)
}
