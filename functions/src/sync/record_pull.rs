use std::collections::HashMap;

use axum::extract::State;
use domain::identity::Right;
use store::pulls::{Pulled, Puller};
use wire::problem::{BodyError, Code};
use wire::sync::pulls::{PulledResource, RecordPull, RecordedPull};

use crate::app::App;
use crate::extract::{Caller, Json};
use crate::problem::{Problem, Result};

/// As many resources as one call takes; a larger workspace makes several.
const MAX_RESOURCES: usize = 1000;

/// Say what a finished pull has brought into a checkout: drift then tells what changed since. Repeating it changes nothing.
#[utoipa::path(post, path = "/v1/sync/pulls", tag = "sync", request_body = RecordPull,
    responses((status = 200, description = "Recorded for this credential.", body = RecordedPull)))]
pub async fn record_pull(State(app): State<App>, caller: Caller, Json(body): Json<RecordPull>) -> Result<axum::Json<RecordedPull>> {
    let mut resources: Vec<Pulled> = body.resources.iter().map(|one| Pulled { kind: one.kind, id: one.id, digest: one.digest }).collect();
    resources.sort_by_key(|one| (one.id, one.kind));
    resources.dedup_by_key(|one| (one.id, one.kind));
    let mut tx = app.db.begin(caller.scope()).await?;
    let outcome = async {
        caller.require(Right::Read)?;
        if body.resources.len() > MAX_RESOURCES {
            return Err(Problem::new(Code::InvalidBody, format!("A call takes {MAX_RESOURCES} resources at most; make several."))
                .error("/resources", format!("at most {MAX_RESOURCES} items")));
        }
        let ambiguous = ambiguous(&body.resources);
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
        let unknown = store::pulls::record(&mut tx, caller.workspace.id, &puller, body.as_of_utc.0, &resources).await?;
        if unknown.is_empty() {
            return Ok(());
        }
        let at = |(nth, one): (usize, &PulledResource)| {
            unknown
                .contains(&one.id)
                .then(|| BodyError { pointer: format!("/resources/{nth}/id"), detail: format!("no {} has it", one.kind) })
        };
        Err(Problem::new(
            Code::NotFound,
            "Some of these resources are not in this workspace; `errors` says which. Nothing was recorded: pull again.",
        )
        .errors(body.resources.iter().enumerate().filter_map(at).collect()))
    }
    .await;
    store::end(tx, outcome).await?;
    Ok(axum::Json(RecordedPull { recorded: resources.len() }))
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
