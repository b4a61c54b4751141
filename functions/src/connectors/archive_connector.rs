use axum::extract::State;
use axum::http::HeaderMap;
use store::publish::Item;
use wire::connectors::{ArchiveConnector, Published};

use super::{KIND, answers};
use crate::app::App;
use crate::extract::{Json, Path};
use crate::minting::{Minting, Publisher, mint_one};
use crate::problem::Result;

/// Take the connector out of service: a new version with the active config, marked archived.
#[utoipa::path(post, path = "/api/connectors/{id}/archive", tag = "connectors", params(("id" = String, Path, description = "Id or slug."), ("If-Match" = Option<String>, Header, description = "Only if the draft is still this one."), ("Idempotency-Key" = Option<String>, Header, description = "A repeat with this key answers what the first call did.")),
    request_body = ArchiveConnector, responses((status = 200, description = "The version that is active now.", body = Published)))]
pub async fn archive_connector(
    State(app): State<App>,
    publisher: Publisher,
    Path(id): Path<String>,
    Json(body): Json<ArchiveConnector>,
) -> Result<(HeaderMap, axum::Json<Published>)> {
    let item = Item { reference: id, base_version: body.base_version, ..Item::default() };
    let minting = Minting { operation: "archive", resource_type: KIND.resource, items: vec![item], note: body.note.as_deref() };
    let (minted, headers) = mint_one(&app, &publisher, minting).await?;
    Ok((headers, axum::Json(answers::published(minted))))
}
