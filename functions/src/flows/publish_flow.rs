use axum::extract::State;
use axum::http::HeaderMap;
use store::publish::Item;
use wire::flows::{PublishFlow, PublishedFlow};

use super::{KIND, answers};
use crate::app::App;
use crate::extract::{Json, Path};
use crate::minting::{Minting, Publisher, mint_one};
use crate::problem::Result;

/// Publish the draft as the next version.
#[utoipa::path(post, path = "/v1/flows/{id}/publish", tag = "flows", params(("id" = String, Path, description = "Id or slug."), ("If-Match" = Option<String>, Header, description = "Only if the draft is still this one."), ("Idempotency-Key" = Option<String>, Header, description = "A repeat with this key answers what the first call did.")),
    request_body = PublishFlow, responses((status = 200, description = "The version that is active now.", body = PublishedFlow)))]
pub async fn publish_flow(
    State(app): State<App>,
    publisher: Publisher,
    Path(id): Path<String>,
    Json(body): Json<PublishFlow>,
) -> Result<(HeaderMap, axum::Json<PublishedFlow>)> {
    let item = Item { reference: id, base_version: body.base_version, draft_etag: body.draft_etag, ..Item::default() };
    let minting = Minting { operation: "publish", resource_type: KIND.resource, items: vec![item], note: body.note.as_deref() };
    let (minted, headers) = mint_one(&app, &publisher, minting).await?;
    Ok((headers, axum::Json(answers::published(minted))))
}
