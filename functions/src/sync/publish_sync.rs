use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use wire::sync::publish::{PublishMany, PublishedMany};

use super::publishing::{self, Outcome};
use crate::app::App;
use crate::extract::{Caller, IdempotencyKey, Json, Traced};
use crate::idempotent::{self, Begun};
use crate::minting;
use crate::problem::Result;

/// Publish many drafts, all or none: `[]` is every one of that type with an unpublished draft.
#[utoipa::path(post, path = "/v1/sync/publish", tag = "sync", params(("Idempotency-Key" = Option<String>, Header, description = "A repeat with this key answers what the first call did.")),
    request_body = PublishMany, responses((status = 200, description = "What became of each.", body = PublishedMany)))]
pub async fn publish_sync(
    State(app): State<App>,
    caller: Caller,
    trace: Traced,
    key: IdempotencyKey,
    Json(body): Json<PublishMany>,
) -> Result<Response> {
    publishing::check(&body)?;
    let mut attempt = match idempotent::begin(&app, &caller, "publish_sync", &key).await? {
        Begun::Replay(answer) => return Ok(answer),
        Begun::Fresh(attempt) => attempt,
    };
    match publishing::publish(&mut attempt.tx, &caller, trace.0.as_ref(), &body).await {
        Ok(Outcome::Published { items, minted }) => {
            let answer = attempt.end(StatusCode::OK, Ok(PublishedMany { items })).await?;
            if !minted.is_empty() {
                minting::log("publish", &minted, trace.0.as_ref());
                app.nudge_dispatcher(trace.0.as_ref()).await;
            }
            Ok(axum::Json(answer).into_response())
        }
        Ok(Outcome::Refused(problem)) => attempt.refuse(problem).await,
        Err(problem) => attempt.forget(Err(problem)).await,
    }
}
