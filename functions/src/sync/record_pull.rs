use std::collections::HashMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::identity::Right;
use store::Tx;
use store::pulls::{Pulled, Puller};
use wire::problem::{BodyError, Code};
use wire::sync::pulls::{PulledResource, RecordPull, RecordedPull};

use crate::app::App;
use crate::extract::{Caller, IdempotencyKey, Json};
use crate::idempotent::{self, Begun};
use crate::problem::{Problem, Result};

/// As many resources as one call takes; a larger workspace makes several.
const MAX_RESOURCES: usize = 1000;

/// Say what a finished pull has brought into a checkout: drift then tells what changed since. Repeating it changes nothing.
#[utoipa::path(post, path = "/v1/sync/pulls", tag = "sync", params(("Idempotency-Key" = Option<String>, Header, description = "A repeat with this key answers what the first call did.")),
    request_body = RecordPull, responses((status = 200, description = "Recorded for this credential.", body = RecordedPull)))]
pub async fn record_pull(State(app): State<App>, caller: Caller, key: IdempotencyKey, Json(body): Json<RecordPull>) -> Result<Response> {
    match idempotent::begin(&app, &caller, "record_pull", &key).await? {
        Begun::Replay(answer) => Ok(answer),
        Begun::Fresh(mut attempt) => {
            let recorded = record(&mut attempt.tx, &caller, &body).await;
            Ok(axum::Json(attempt.end(StatusCode::OK, recorded).await?).into_response())
        }
    }
}

async fn record(tx: &mut Tx, caller: &Caller, body: &RecordPull) -> Result<RecordedPull> {
    caller.require(Right::Read)?;
    let asked = &body.resources;
    if asked.len() > MAX_RESOURCES {
        return Err(Problem::new(Code::InvalidBody, format!("A call takes {MAX_RESOURCES} resources at most; make several."))
            .error("/resources", format!("at most {MAX_RESOURCES} items")));
    }
    let ambiguous = ambiguous(asked);
    if !ambiguous.is_empty() {
        let detail = "A checkout holds one content of a resource; `errors` says which are listed with several. Nothing was recorded.";
        return Err(Problem::new(Code::InvalidBody, detail).errors(ambiguous));
    }
    let puller = Puller {
        credential: caller.identity.credential,
        email: caller.identity.email.as_deref(),
        host: caller.provenance.host.as_deref(),
        branch: caller.provenance.git_branch.as_deref(),
        commit: caller.provenance.git_commit.as_deref(),
    };
    let mut pulled: Vec<Pulled> = asked.iter().map(|one| Pulled { kind: one.kind, id: one.id, digest: one.digest }).collect();
    pulled.sort_by_key(|one| (one.id, one.kind));
    pulled.dedup_by_key(|one| (one.id, one.kind));
    let unknown = store::pulls::record(tx, caller.workspace.id, &puller, body.as_of_utc.0, &pulled).await?;
    if !unknown.is_empty() {
        let detail = "Some of these resources are not in this workspace; `errors` says which. Nothing was recorded: pull again.";
        let at = |(nth, one): (usize, &PulledResource)| {
            unknown
                .contains(&one.id)
                .then(|| BodyError { pointer: format!("/resources/{nth}/id"), detail: format!("no {} has it", one.kind) })
        };
        return Err(Problem::new(Code::NotFound, detail).errors(asked.iter().enumerate().filter_map(at).collect()));
    }
    Ok(RecordedPull { recorded: pulled.len() })
}

/// The resources that were listed before, with another digest.
fn ambiguous(resources: &[PulledResource]) -> Vec<BodyError> {
    let mut seen = HashMap::new();
    let differs = |(nth, one): (usize, &PulledResource)| {
        (*seen.entry(one.id).or_insert(one.digest) != one.digest).then(|| BodyError {
            pointer: format!("/resources/{nth}/digest"),
            detail: format!("the {} {} stands in this list before, with another digest", one.kind, one.id),
        })
    };
    resources.iter().enumerate().filter_map(differs).collect()
}
