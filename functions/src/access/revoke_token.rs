use axum::extract::State;
use axum::http::StatusCode;
use domain::identity::Right;
use uuid::Uuid;

use crate::app::App;
use crate::extract::{Caller, Path};
use crate::problem::{Problem, Result};

/// Revoke a token, your own or (as an admin) any of the workspace's. Writes are refused at once, reads within a minute.
#[utoipa::path(delete, path = "/v1/tokens/{id}", tag = "access", params(("id" = Uuid, Path, description = "From the list of tokens.")),
    responses((status = 204, description = "It no longer works.")))]
pub async fn revoke_token(State(app): State<App>, caller: Caller, Path(id): Path<Uuid>) -> Result<StatusCode> {
    let mut tx = app.db.begin(caller.scope()).await?;
    let outcome = async {
        let credential =
            store::credentials::find(&mut tx, caller.workspace.id, id).await?.ok_or_else(|| Problem::not_found(format!("token {id}")))?;
        let own = credential.user_id.is_some() && credential.user_id == caller.identity.user;
        if !own && id != caller.identity.credential {
            caller.require(Right::Administer)?;
        }
        store::credentials::revoke(&mut tx, caller.workspace.id, id).await?;
        let detail = serde_json::json!({"token": id, "kind": credential.kind, "name": credential.name});
        store::audit::record(&mut tx, caller.workspace.id, &caller.actor(), "revoke_token", None, &detail).await?;
        Ok::<_, Problem>(())
    }
    .await;
    store::end(tx, outcome).await?;
    app.callers.forget(id);
    Ok(StatusCode::NO_CONTENT)
}
