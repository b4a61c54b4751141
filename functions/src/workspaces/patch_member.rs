use axum::extract::State;
use uuid::Uuid;
use wire::workspaces::{ChangeMember, Member};

use super::decided;
use crate::app::App;
use crate::extract::{OpenJson, Path, Visitor};
use crate::problem::{Problem, Result};

/// Give a member another role. It holds at once for every write.
#[utoipa::path(patch, path = "/v1/workspaces/{id}/members/{userId}", tag = "workspaces", params(("id" = String, Path, description = "Id or slug."), ("userId" = Uuid, Path, description = "From the list of members.")),
    request_body = ChangeMember, responses((status = 200, description = "The member as they are now.", body = Member)))]
pub async fn patch_member(
    State(app): State<App>,
    visitor: Visitor,
    OpenJson(body): OpenJson<ChangeMember>,
    Path((_, user)): Path<(String, Uuid)>,
) -> Result<axum::Json<Member>> {
    let caller = visitor.enter()?;
    let mut tx = app.db.begin(caller.scope()).await?;
    let outcome = store::members::change(&mut tx, caller.identity.secret, caller.workspace.id, user, body.role.as_str()).await;
    let outcome = outcome.map_err(Problem::from).and_then(|outcome| decided(outcome, &caller, &user.to_string()));
    let changed = store::end(tx, outcome).await?;
    app.callers.forget_user(Some(user));
    Ok(axum::Json(super::member(changed)))
}
