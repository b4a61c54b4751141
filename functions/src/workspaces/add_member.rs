use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::identity::Right;
use wire::workspaces::{AddMember, Member};

use super::settings::Faults;
use super::{decided, member};
use crate::app::App;
use crate::extract::{Caller, IdempotencyKey, OpenJson, Visitor};
use crate::idempotent::{self, Attempt, Begun};
use crate::problem::Result;

const MAX_EMAIL: usize = 254;

/// Let somebody into a workspace. Who has never been here is known by their e-mail from now on.
#[utoipa::path(post, path = "/v1/workspaces/{id}/members", tag = "workspaces", params(("id" = String, Path, description = "Id or slug."), ("Idempotency-Key" = Option<String>, Header, description = "A repeat with this key answers what the first call did.")),
    request_body = AddMember, responses((status = 201, description = "They belong to it.", body = Member)))]
pub async fn add_member(
    State(app): State<App>,
    visitor: Visitor,
    key: IdempotencyKey,
    OpenJson(body): OpenJson<AddMember>,
) -> Result<Response> {
    let caller = visitor.enter()?;
    match idempotent::begin(&app, &caller, "add_member", &key).await? {
        Begun::Replay(answer) => Ok(answer),
        Begun::Fresh(mut attempt) => {
            let added = add(&mut attempt, &caller, &body).await;
            let added = attempt.end(StatusCode::CREATED, added).await?;
            app.callers.forget_user(Some(added.user_id));
            Ok((StatusCode::CREATED, axum::Json(added)).into_response())
        }
    }
}

async fn add(attempt: &mut Attempt<'_>, caller: &Caller, body: &AddMember) -> Result<Member> {
    caller.require(Right::Administer)?;
    let email = body.email.trim();
    let mut faults = Faults::default();
    let complete = email.split_once('@').is_some_and(|(local, host)| !local.is_empty() && !host.is_empty() && !host.contains('@'));
    if !complete || email.len() > MAX_EMAIL || email.chars().any(|c| c.is_whitespace() || c.is_control()) {
        faults.add("/email", "an e-mail address");
    }
    faults.end()?;
    let outcome = store::members::add(&mut attempt.tx, caller.identity.secret, caller.workspace.id, email, body.role.as_str()).await?;
    decided(outcome, caller, email).map(member)
}
