use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::identity::Right;
use store::Tx;
use store::versions::Version;
use wire::connectors::ConnectorVersionWithConfig;

use super::{KIND, answers};
use crate::app::App;
use crate::extract::{Caller, Path, Query};
use crate::listing::PathQuery;
use crate::problem::{Problem, Result};

/// One published version with its config.
#[utoipa::path(get, path = "/api/connectors/{id}/versions/{version}", tag = "connectors",
    params(("id" = String, Path, description = "Id or slug."), ("version" = i32, Path, description = "The version's number."), PathQuery),
    responses((status = 200, description = "The version; with `path`, `value` at that path in place of `config`.", body = ConnectorVersionWithConfig)))]
pub async fn get_connector_version(
    State(app): State<App>,
    caller: Caller,
    Path((id, version)): Path<(String, i32)>,
    Query(query): Query<PathQuery>,
) -> Result<Response> {
    let mut tx = app.db.begin(caller.scope()).await?;
    let outcome = async {
        let row = find(&mut tx, &caller, &id, version).await?;
        caller.require(Right::Read)?;
        let body = store::contents::body(&mut tx, caller.workspace.id, row.digest()).await?;
        Ok::<_, Problem>((row, body))
    }
    .await;
    let (row, body) = store::end(tx, outcome).await?;
    let version = answers::version(row)?;
    match query.path {
        None => Ok(axum::Json(ConnectorVersionWithConfig { version, config: answers::raw(body)? }).into_response()),
        Some(path) => Ok(answers::part(&body, &path, version)?.into_response()),
    }
}

/// The version, or 404.
pub async fn find(tx: &mut Tx, caller: &Caller, reference: &str, version: i32) -> Result<Version> {
    let connector = super::get_connector::find(tx, caller, reference).await?;
    let found = store::versions::published(tx, caller.workspace.id, connector.id, version).await?;
    found.ok_or_else(|| Problem::not_found(format!("version {version} of {KIND} {reference:?}")))
}
