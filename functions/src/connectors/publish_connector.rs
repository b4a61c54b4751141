use axum::extract::State;
use axum::http::HeaderMap;
use store::publish::Item;
use wire::connectors::{PublishConnector, Published};

use super::{KIND, answers};
use crate::app::App;
use crate::extract::{Json, Path};
use crate::minting::{Minting, Publisher, mint_one};
use crate::problem::Result;

/// Publish the draft as the next version.
#[utoipa::path(post, path = "/api/connectors/{id}/publish", tag = "connectors", params(("id" = String, Path, description = "Id or slug."), ("If-Match" = Option<String>, Header, description = "Only if the draft is still this one."), ("Idempotency-Key" = Option<String>, Header, description = "A repeat with this key answers what the first call did.")),
    request_body = PublishConnector, responses((status = 200, description = "The version that is active now.", body = Published)))]
pub async fn publish_connector(
    State(app): State<App>,
    publisher: Publisher,
    Path(id): Path<String>,
    Json(body): Json<PublishConnector>,
) -> Result<(HeaderMap, axum::Json<Published>)> {
    let item = Item { reference: id, base_version: body.base_version, draft_etag: body.draft_etag, ..Item::default() };
    let minting = Minting { operation: "publish", resource_type: KIND.resource, items: vec![item], note: body.note.as_deref() };
    let (minted, headers) = mint_one(&app, &publisher, minting).await?;
    Ok((headers, axum::Json(answers::published(minted))))
}
