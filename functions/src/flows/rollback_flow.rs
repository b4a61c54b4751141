use axum::extract::State;
use axum::http::HeaderMap;
use store::publish::Item;
use wire::flows::{PublishedFlow, RollBackFlow};

use super::{KIND, answers};
use crate::app::App;
use crate::extract::{Json, Path};
use crate::minting::{Minting, Publisher, mint_one};
use crate::problem::Result;

/// Publish a former version's graph again, as the next version.
#[utoipa::path(post, path = "/v1/flows/{id}/rollback", tag = "flows", params(("id" = String, Path, description = "Id or slug."), ("If-Match" = Option<String>, Header, description = "Only if the draft is still this one."), ("Idempotency-Key" = Option<String>, Header, description = "A repeat with this key answers what the first call did.")),
    request_body = RollBackFlow, responses((status = 200, description = "The version that is active now.", body = PublishedFlow)))]
pub async fn rollback_flow(
    State(app): State<App>,
    publisher: Publisher,
    Path(id): Path<String>,
    Json(body): Json<RollBackFlow>,
) -> Result<(HeaderMap, axum::Json<PublishedFlow>)> {
    let item = Item { reference: id, base_version: body.base_version, version: Some(body.version), ..Item::default() };
    let minting = Minting { operation: "rollback", resource_type: KIND.resource, items: vec![item], note: body.note.as_deref() };
    let (minted, headers) = mint_one(&app, &publisher, minting).await?;
    Ok((headers, axum::Json(answers::published(minted))))
}
