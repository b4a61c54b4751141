//! Path, query and headers.

use std::error::Error;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::canonical;
use domain::digest::Digest;
use serde::de::DeserializeOwned;
use wire::problem::Code;

use crate::app::App;
use crate::envelope::RequestBody;
use crate::problem::{Problem, Result};

#[derive(Debug, Clone)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        if parts.uri.path().contains("%00") {
            return Err(nothing_here()); // no name holds a NUL, and Postgres takes none
        }
        axum::extract::Path::<T>::from_request_parts(parts, app).await.map(|path| Path(path.0)).map_err(|_| nothing_here())
    }
}

fn nothing_here() -> Problem {
    Problem::new(Code::NotFound, "There is nothing at this address: a part of the path is not of the form that it has.")
}

#[derive(Debug, Clone)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<App> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        if parts.uri.query().is_some_and(|query| query.contains("%00")) {
            return Err(Problem::new(Code::InvalidQuery, "A query parameter holds a NUL character; nothing that can be found does."));
        }
        axum::extract::Query::<T>::from_request_parts(parts, app)
            .await
            .map(|query| Query(query.0))
            .map_err(|rejection| malformed_query(&rejection.source().map_or_else(|| rejection.body_text(), ToString::to_string)))
    }
}

/// What serde says is `<parameter>: <what it takes>`, or speaks of the query as a whole.
fn malformed_query(said: &str) -> Problem {
    let detail = match (said.split_once("duplicate field "), said.split_once(": ")) {
        (Some((_, parameter)), _) => format!("{parameter} stands in the query twice; give it once."),
        (None, Some((parameter, takes))) => format!("`{parameter}` {takes}."),
        (None, None) => format!("The query is not of the form that this call takes: {said}."),
    };
    Problem::new(Code::InvalidQuery, detail)
}

/// `If-Match`: write only if the draft is still this one. `*` is any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IfMatch(pub Option<Digest>);

impl FromRequestParts<App> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _app: &App) -> Result<Self> {
        let Some(value) = parts.headers.get(axum::http::header::IF_MATCH) else { return Ok(IfMatch(None)) };
        match value.to_str().map(str::trim) {
            Ok("*") => Ok(IfMatch(None)),
            Ok(text) => text.parse().map(|digest| IfMatch(Some(digest))).map_err(|_| after_the_body(parts, malformed_if_match())),
            Err(_) => Err(after_the_body(parts, malformed_if_match())),
        }
    }
}

/// A body that is too large, of another type or malformed is told before the fault of a header.
fn after_the_body(parts: &Parts, fault: Problem) -> Problem {
    super::body::document(parts, &["application/json", "application/merge-patch+json"]).err().unwrap_or(fault)
}

fn malformed_if_match() -> Problem {
    Problem::new(Code::InvalidHeader, "If-Match takes one etag, 64 lowercase hex digits, as the draft's last answer gave it.")
}

/// `Idempotency-Key`: 1 to 255 visible ASCII characters.
#[derive(Debug, Clone)]
pub struct IdempotencyKey {
    pub key: Option<String>,
    /// Of the path and the body: what a repeat has to be the same in.
    pub request: Digest,
}

impl FromRequestParts<App> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _app: &App) -> Result<Self> {
        let key = match parts.headers.get("idempotency-key").map(|value| value.to_str()) {
            None => return Ok(IdempotencyKey { key: None, request: Digest::of(b"") }),
            Some(Ok(key)) if (1..=255).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic()) => Some(key.to_owned()),
            Some(_) => {
                let fault = Problem::new(Code::InvalidHeader, "Idempotency-Key takes 1 to 255 visible ASCII characters, without spaces.");
                return Err(after_the_body(parts, fault));
            }
        };
        // The same JSON spelled otherwise is the same request.
        let sent = parts.extensions.get::<RequestBody>().and_then(|body| body.0.as_deref()).unwrap_or_default();
        let body = canonical::parse(sent).map_or_else(|_| Digest::of(sent), |document| canonical::digest_of(&document));
        Ok(IdempotencyKey { key, request: Digest::of(&[parts.uri.path().as_bytes(), b"\n", body.as_bytes()].concat()) })
    }
}
