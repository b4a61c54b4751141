//! `Idempotency-Key` for the writes that Rust composes: the claim, the work and the kept answer are one transaction.

use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::digest::Digest;
use domain::identity::ResourceType;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::Tx;
use store::idempotency::{self, Claim, Key};
use uuid::Uuid;
use wire::problem::Code;

use crate::app::App;
use crate::documents::{self, Documented};
use crate::drafting::Loaded;
use crate::extract::{Caller, IdempotencyKey};
use crate::kind::Kind;
use crate::problem::{Problem, Result};

pub const REPLAYED: (HeaderName, HeaderValue) = (HeaderName::from_static("idempotent-replayed"), HeaderValue::from_static("true"));

/// A draft's document is not kept twice: its type and digest are enough to answer it again.
#[derive(Serialize, Deserialize)]
struct Kept {
    status: u16,
    body: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    document: Option<(ResourceType, Digest)>,
}

/// A transaction in the caller's scope, and the claim on the key if the request carries one.
pub struct Attempt<'a> {
    pub tx: Tx,
    key: Option<Key<'a>>,
    workspace: Uuid,
}

pub enum Begun<'a> {
    Fresh(Attempt<'a>),
    Replay(Response),
}

/// Begins the write, unless the key was answered before. `operation` is the handler's name.
pub async fn begin<'a>(app: &App, caller: &Caller, operation: &'a str, key: &'a IdempotencyKey) -> Result<Begun<'a>> {
    let mut tx = app.db.begin(caller.scope()).await?;
    let workspace = caller.workspace.id;
    let request = key.request;
    let Some(key) = key.key.as_deref().map(|key| Key { credential: caller.identity.credential, operation, key, request }) else {
        return Ok(Begun::Fresh(Attempt { tx, key: None, workspace }));
    };
    let claimed = match idempotency::claim(&mut tx, workspace, &key).await.map_err(Problem::from) {
        Ok(Claim::Fresh) => return Ok(Begun::Fresh(Attempt { tx, key: Some(key), workspace })),
        Ok(Claim::Answered(answer)) => replay(&mut tx, workspace, answer).await.map(Begun::Replay),
        Ok(Claim::Reused) => Err(reused()),
        Ok(Claim::InProgress) => Err(in_progress()),
        Err(problem) => Err(problem),
    };
    store::end(tx, claimed).await
}

/// A replayed answer's body, for the handler that has headers to make of it again.
#[derive(Clone)]
pub struct Replayed(pub Value);

async fn replay(tx: &mut Tx, workspace: Uuid, answer: Value) -> Result<Response> {
    let kept: Kept = serde_json::from_value(answer).map_err(Problem::internal)?;
    let status = StatusCode::from_u16(kept.status).map_err(Problem::internal)?;
    let Some((resource, digest)) = kept.document else {
        let mut answer = (status, [REPLAYED], axum::Json(&kept.body)).into_response();
        answer.extensions_mut().insert(Replayed(kept.body));
        return Ok(answer);
    };
    let body = store::contents::find(tx, workspace, digest).await?;
    let document = documents::raw(body.ok_or_else(|| Problem::not_found("draft as that call left it any more"))?)?;
    let answer = Documented { member: Kind::member_of(resource), document, about: kept.body };
    Ok((status, [REPLAYED], documents::etag(digest)?, axum::Json(answer)).into_response())
}

impl Attempt<'_> {
    /// Keeps the answer for a repeat and commits; a refusal is not kept, and rolls back.
    pub async fn end<T: Serialize>(self, status: StatusCode, outcome: Result<T>) -> Result<T> {
        let kept = |answer: &T| {
            Ok(Kept { status: status.as_u16(), body: serde_json::to_value(answer).map_err(Problem::internal)?, document: None })
        };
        self.finish(outcome, kept).await
    }

    /// The same for a draft, which is the answer of every draft write.
    pub async fn end_with_draft(self, kind: Kind, outcome: Result<Loaded>) -> Result<Response> {
        let kept = |loaded: &Loaded| {
            let document = Some((kind.resource, loaded.draft.digest.0));
            Ok(Kept { status: StatusCode::OK.as_u16(), body: (kind.state)(&loaded.draft)?, document })
        };
        documents::draft(kind, self.finish(outcome, kept).await?)
    }

    /// Ends without a change and keeps nothing: a preview is made anew each time.
    pub async fn forget<T>(self, outcome: Result<T>) -> Result<T> {
        self.tx.rollback().await.map_err(store::Error::from)?;
        outcome
    }

    /// Refuses, and keeps what was written of that: the row in the audit log, but no answer.
    pub async fn refuse<T>(self, problem: Problem) -> Result<T> {
        self.tx.commit().await.map_err(store::Error::from)?;
        Err(problem.audited())
    }

    async fn finish<T>(mut self, outcome: Result<T>, kept: impl Fn(&T) -> Result<Kept>) -> Result<T> {
        let outcome = match (&self.key, outcome) {
            (Some(key), Ok(answer)) => match kept(&answer).and_then(|kept| serde_json::to_value(kept).map_err(Problem::internal)) {
                Ok(kept) => idempotency::keep(&mut self.tx, self.workspace, key, &kept).await.map(|()| answer).map_err(Problem::from),
                Err(problem) => Err(problem),
            },
            (_, outcome) => outcome,
        };
        store::end(self.tx, outcome).await
    }
}

pub fn reused() -> Problem {
    Problem::new(
        Code::IdempotencyKeyReused,
        "This Idempotency-Key was used within the last 24 hours with another path or body. Use a new key for a new request.",
    )
}

pub fn in_progress() -> Problem {
    Problem::new(
        Code::InProgress,
        "The first request with this Idempotency-Key has not ended yet. Try again in a moment with the same key.",
    )
    .header(RETRY_AFTER, HeaderValue::from_static("1"))
}
