use axum::extract::State;
use axum::http::StatusCode;
use domain::identity::Right;
use wire::problem::Code;

use crate::app::App;
use crate::extract::{Caller, Path};
use crate::problem::{Problem, Result};

/// Delete a connector that was never published. A published one is archived instead.
#[utoipa::path(delete, path = "/api/connectors/{id}", tag = "connectors", params(("id" = String, Path, description = "Id or slug.")),
    responses((status = 204, description = "Gone; its slug stays taken.")))]
pub async fn delete_connector(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<StatusCode> {
    let mut tx = app.db.begin(caller.scope()).await?;
    let outcome = async {
        let connector = super::get_connector::find(&mut tx, &caller, &id).await?;
        caller.require(Right::Draft)?;
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
