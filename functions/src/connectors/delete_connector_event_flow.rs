use axum::extract::State;
use axum::response::Response;
use wire::connectors::ConnectorDraft;

use super::{KIND, parts};
use crate::app::App;
use crate::documents;
use crate::drafting::{self, Target};
use crate::extract::{Caller, IfMatch, Path};
use crate::problem::Result;

/// Remove one event flow from the draft, and its source when that was the last.
#[utoipa::path(delete, path = "/api/connectors/{id}/draft/event-flows/{source}/{type}", tag = "connectors", params(("id" = String, Path, description = "Id or slug."), ("source" = String, Path, description = "Where the event comes from."), ("type" = String, Path, description = "The event's type."), ("If-Match" = Option<String>, Header, description = "Write only if the draft is still this one.")),
    responses((status = 200, description = "The draft as it is now.", body = ConnectorDraft)))]
pub async fn delete_connector_event_flow(
    State(app): State<App>,
    caller: Caller,
    Path((id, source, kind)): Path<(String, String, String)>,
    if_match: IfMatch,
) -> Result<Response> {
    let target = Target { caller: &caller, kind: KIND, reference: &id, if_match };
    let mut tx = app.db.begin(caller.scope()).await?;
    let outcome = drafting::edit(&mut tx, target, |config| parts::without(config, &["event_flows", &source, &kind])).await;
    documents::draft(KIND, store::end(tx, outcome).await?)
}
