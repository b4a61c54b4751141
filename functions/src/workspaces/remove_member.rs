use axum::extract::State;
use axum::http::StatusCode;
use uuid::Uuid;

use super::decided;
use crate::app::App;
use crate::extract::{Path, Visitor};
use crate::problem::{Problem, Result};

/// End a membership; your own, too. Their tokens for this workspace stop working at once.
#[utoipa::path(delete, path = "/v1/workspaces/{id}/members/{userId}", tag = "workspaces", params(("id" = String, Path, description = "Id or slug."), ("userId" = Uuid, Path, description = "From the list of members.")),
    responses((status = 204, description = "They no longer belong to it.")))]
pub async fn remove_member(State(app): State<App>, visitor: Visitor, Path((_, user)): Path<(String, Uuid)>) -> Result<StatusCode> {
    let caller = visitor.enter()?;
    let mut tx = app.db.begin(caller.scope()).await?;
    let outcome = store::members::remove(&mut tx, caller.identity.secret, caller.workspace.id, user).await.map_err(Problem::from);
    store::end(tx, outcome.and_then(|outcome| decided(outcome, &caller, &user.to_string()))).await?;
    app.callers.forget_user(Some(user));
    Ok(StatusCode::NO_CONTENT)
}
