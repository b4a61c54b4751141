use axum::extract::State;
use axum::http::StatusCode;
use domain::identity::{CredentialKind, Right};
use wire::problem::Code;

use super::KIND;
use crate::app::App;
use crate::drafting::{self, Target};
use crate::extract::{Caller, IfMatch, Path};
use crate::problem::{Problem, Result};

/// Delete a connector that was never published. A published one is archived instead.
#[utoipa::path(delete, path = "/api/connectors/{id}", tag = "connectors", params(("id" = String, Path, description = "Id or slug."), ("If-Match" = Option<String>, Header, description = "Only if the draft is still this one.")),
    responses((status = 204, description = "Gone; its slug stays taken.")))]
pub async fn delete_connector(State(app): State<App>, caller: Caller, if_match: IfMatch, Path(id): Path<String>) -> Result<StatusCode> {
    let mut tx = app.db.begin(caller.scope()).await?;
    let outcome = async {
        let connector = super::get_connector::find(&mut tx, &caller, &id).await?;
        caller.require(Right::Draft)?;
        if caller.identity.kind == CredentialKind::Agent {
            return Err(Problem::new(Code::Forbidden, "An agent's token deletes nothing. Ask a person to do it.").fact("right", "delete"));
        }
        drafting::find_to_write(&mut tx, Target { caller: &caller, kind: KIND, reference: &id, if_match }).await?;
        if connector.published_version_id.is_some()
            || !store::resources::delete_unpublished(&mut tx, caller.workspace.id, connector.id).await?
        {
            return Err(Problem::new(
                Code::Published,
                format!("{:?} has been published, and published versions are kept for ever. Archive it instead.", connector.slug),
            ));
        }
        store::audit::record(
            &mut tx,
            caller.workspace.id,
            &caller.actor(),
            "delete",
            Some(connector.id),
            &serde_json::json!({"slug": connector.slug}),
        )
        .await?;
        Ok(())
    }
    .await;
    store::end(tx, outcome).await?;
    Ok(StatusCode::NO_CONTENT)
}
