//! The trace that a request belongs to.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::Trace;

/// From `X-Amzn-Trace-Id`. In a Lambda that is the invocation's own, whatever the client sent; elsewhere the client's, if it sent a
/// well-formed one. Any other is as good as none.
#[derive(Debug, Clone)]
pub struct Traced(pub Option<Trace>);

impl Traced {
    fn of(parts: &Parts) -> Option<Trace> {
        Trace::parse(parts.headers.get("x-amzn-trace-id")?.to_str().ok()?)
    }
}

impl<S: Sync> FromRequestParts<S> for Traced {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Traced(Traced::of(parts)))
    }
}
