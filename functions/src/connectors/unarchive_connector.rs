use axum::extract::State;
use axum::http::HeaderMap;
use store::publish::Item;
use wire::connectors::{ArchiveConnector, Published};

use super::{KIND, answers};
use crate::app::App;
use crate::extract::{Json, Path};
use crate::idempotent::request_digest;
use crate::minting::{Minting, Publisher, mint_one};
use crate::problem::Result;

/// Put an archived connector into service again.
#[utoipa::path(post, path = "/api/connectors/{id}/unarchive", tag = "connectors", params(("id" = String, Path, description = "Id or slug."), ("Idempotency-Key" = Option<String>, Header, description = "A repeat with this key answers what the first call did.")),
    request_body = ArchiveConnector, responses((status = 200, description = "The version that is active now.", body = Published)))]
pub async fn unarchive_connector(
    State(app): State<App>,
    publisher: Publisher,
    Path(id): Path<String>,
    Json(body): Json<ArchiveConnector>,
) -> Result<(HeaderMap, axum::Json<Published>)> {
    let request = request_digest(&format!("{KIND}/{id}"), &body);
    let item = Item { reference: id, base_version: body.base_version, draft_etag: None, version: None };
    let minting = Minting { operation: "unarchive", resource_type: KIND, items: vec![item], note: body.note.as_deref(), request };
    let (minted, headers) = mint_one(&app, &publisher, minting).await?;
    Ok((headers, axum::Json(answers::published(minted))))
}
