use axum::extract::State;
use wire::connectors::{Connector, RenameConnector};
use wire::problem::Code;

use super::{KIND, answers};
use crate::app::App;
use crate::drafting::{self, Target};
use crate::extract::{Caller, IfMatch, Json, Path};
use crate::problem::{Problem, Result};

/// Rename a connector. Its slug never changes.
#[utoipa::path(patch, path = "/api/connectors/{id}", tag = "connectors", params(("id" = String, Path, description = "Id or slug."), ("If-Match" = Option<String>, Header, description = "Only if the draft is still this one.")),
    request_body = RenameConnector, responses((status = 200, description = "The connector as it is now.", body = Connector)))]
pub async fn patch_connector(
    State(app): State<App>,
    caller: Caller,
    if_match: IfMatch,
    Path(id): Path<String>,
    Json(body): Json<RenameConnector>,
) -> Result<axum::Json<Connector>> {
    let mut tx = app.db.begin(caller.scope()).await?;
    let outcome = async {
        let mut connector = super::get_connector::find(&mut tx, &caller, &id).await?;
        drafting::find_to_write(&mut tx, Target { caller: &caller, kind: KIND, reference: &id, if_match }).await?;
        if let Some(name) = &body.name {
            connector.name = checked_name(name)?.to_owned();
            store::resources::rename(&mut tx, caller.workspace.id, connector.id, &connector.name).await?;
        }
        Ok::<_, Problem>(connector)
    }
    .await;
    Ok(axum::Json(answers::connector(store::end(tx, outcome).await?)))
}

/// A name is 1 to 200 characters, without control characters, and not only blanks.
pub fn checked_name(name: &str) -> Result<&str> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 200 || name.chars().any(char::is_control) {
        return Err(Problem::new(Code::InvalidBody, "A member of the body is not what it has to be; `errors` says which.")
            .error("/name", "1 to 200 characters, on one line"));
    }
    Ok(name)
}
