use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use wire::sync::plan::{SyncPlan, SyncResources};

use super::applying::{self, Outcome};
use super::asking;
use super::writing::Checked;
use crate::app::App;
use crate::drafting::MAX_TRIES;
use crate::extract::{Caller, IdempotencyKey, Json};
use crate::idempotent::{self, Begun};
use crate::problem::{Problem, Result};

/// So often others may go first; then they wait.
const FREE_TRIES: usize = 3;

/// Merge these files into their drafts, all or none, making the resources that do not exist yet. Nothing is published.
#[utoipa::path(post, path = "/v1/sync/apply", tag = "sync", params(("Idempotency-Key" = Option<String>, Header, description = "A repeat with this key answers what the first call did.")),
    request_body = SyncResources, responses((status = 200, description = "What became of each.", body = SyncPlan)))]
pub async fn apply_sync(State(app): State<App>, caller: Caller, key: IdempotencyKey, Json(body): Json<SyncResources>) -> Result<Response> {
    let asked = asking::read(body)?;
    let mut checked = Checked::default();
    for nth in 0..MAX_TRIES {
        let mut attempt = match idempotent::begin(&app, &caller, "apply_sync", &key).await? {
            Begun::Replay(answer) => return Ok(answer),
            Begun::Fresh(attempt) => attempt,
        };
        match applying::apply(&mut attempt.tx, &caller, &asked, nth >= FREE_TRIES, &mut checked).await {
            Ok(Outcome::Applied(plan)) => {
                let plan: SyncPlan = attempt.end(StatusCode::OK, Ok(plan)).await?;
                return Ok(axum::Json(plan).into_response());
            }
            Ok(Outcome::Overtaken) => attempt.forget(Ok(())).await?,
            Ok(Outcome::Refused(problem)) => return attempt.refuse(problem).await,
            Err(problem) => return attempt.forget(Err(problem)).await,
        }
    }
    Err(Problem::unavailable("an apply lost every race"))
}
