//! Answers that carry a document: canonical bytes, put into the answer unparsed.

use axum::http::header::ETAG;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::digest::Digest;
use domain::pointer;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;
use wire::connectors::Part;
use wire::problem::Code;

use crate::drafting::Loaded;
use crate::kind::Kind;
use crate::problem::{Problem, Result};

/// The draft as all its calls answer it, with its `ETag`.
pub fn draft(kind: Kind, loaded: Loaded) -> Result<Response> {
    let digest = loaded.draft.digest.0;
    let answer = Documented { member: kind.member(), document: raw(loaded.body)?, about: (kind.state)(&loaded.draft)? };
    Ok((StatusCode::OK, etag(digest)?, axum::Json(answer)).into_response())
}

/// The same, or with `path` only the value there.
pub fn draft_or_part(kind: Kind, loaded: Loaded, path: Option<&str>) -> Result<Response> {
    match path {
        None => draft(kind, loaded),
        Some(path) => {
            let state = (kind.state)(&loaded.draft)?;
            Ok((etag(loaded.draft.digest.0)?, part(&loaded.body, path, state)?).into_response())
        }
    }
}

/// A version or snapshot with its document, or with `path` only the value there.
pub fn row_or_part(kind: Kind, about: impl Serialize, body: Vec<u8>, path: Option<&str>) -> Result<Response> {
    match path {
        None => {
            let about = serde_json::to_value(about).map_err(Problem::internal)?;
            Ok(axum::Json(Documented { member: kind.member(), document: raw(body)?, about }).into_response())
        }
        Some(path) => Ok(part(&body, path, about)?.into_response()),
    }
}

/// `{<member>: document, ...about}`.
pub struct Documented {
    pub member: &'static str,
    pub document: Box<RawValue>,
    /// An object.
    pub about: Value,
}

impl Serialize for Documented {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(self.member, &self.document)?;
        for (name, value) in self.about.as_object().into_iter().flatten() {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// Canonical bytes as JSON, unparsed.
pub fn raw(body: Vec<u8>) -> Result<Box<RawValue>> {
    RawValue::from_string(String::from_utf8(body).map_err(Problem::internal)?).map_err(Problem::internal)
}

pub fn etag(digest: Digest) -> Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    headers.insert(ETAG, format!("\"{digest}\"").parse().map_err(Problem::internal)?);
    Ok(headers)
}

/// The value at a path of a stored document, answered beside what it is a part of.
fn part<T: Serialize>(body: &[u8], path: &str, of: T) -> Result<axum::Json<Part<T>>> {
    let document: Value = serde_json::from_slice(body).map_err(Problem::internal)?;
    match pointer::resolve(&document, path) {
        Some(value) => Ok(axum::Json(Part { path: path.to_owned(), value: value.clone(), of })),
        None => Err(Problem::new(Code::NotFound, format!("There is nothing at {path:?} in this document."))),
    }
}
