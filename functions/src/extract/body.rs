//! Bodies: JSON through the strict door, then into a type.

use axum::extract::FromRequestParts;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use serde_json::Value;
use wire::problem::Code;

use super::caller::Presented;
use crate::app::App;
use crate::envelope::{MAX_REQUEST_BYTES, RequestBody};
use crate::problem::{Problem, Result};

/// A JSON object of this type. An empty body is `{}`, so that calls whose members are all optional need none.
#[derive(Debug, Clone)]
pub struct Json<T>(pub T);

/// The same for calls that anybody may make, and for those whose caller an extractor before it has found already.
#[derive(Debug, Clone)]
pub struct OpenJson<T>(pub T);

/// A JSON document of any form: what it may be is for the schema to say.
#[derive(Debug, Clone)]
pub struct Document(pub Value);

/// A JSON document as a merge patch: `application/json` or `application/merge-patch+json`.
#[derive(Debug, Clone)]
pub struct MergePatch(pub Value);

const JSON: &[&str] = &["application/json"];
const JSON_OR_PATCH: &[&str] = &["application/json", "application/merge-patch+json"];

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Json<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let problem = match document(parts, JSON).and_then(typed) {
            Ok(body) => return Ok(Json(body)),
            Err(problem) => problem,
        };
        // Publishing reads the credential in its own statement; a stranger still learns nothing of the body's faults.
        Err(Presented::from_request_parts(parts, app).await?.authenticate_or(app, problem).await)
    }
}

impl<T: DeserializeOwned + Send> FromRequestParts<App> for OpenJson<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _app: &App) -> Result<Self> {
        document(parts, JSON).and_then(typed).map(OpenJson)
    }
}

impl FromRequestParts<App> for Document {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _app: &App) -> Result<Self> {
        present(parts, document(parts, JSON)?).map(Document)
    }
}

impl FromRequestParts<App> for MergePatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _app: &App) -> Result<Self> {
        present(parts, document(parts, JSON_OR_PATCH)?).map(MergePatch)
    }
}

/// A document can't be left out: nothing is not `{}`, which would empty what it is written to.
fn present(parts: &Parts, document: Value) -> Result<Value> {
    match parts.extensions.get::<RequestBody>() {
        Some(RequestBody(Some(bytes))) if bytes.is_empty() => {
            Err(Problem::new(Code::MalformedJson, "The request has no body; send the JSON document to write. Nothing was changed."))
        }
        _ => Ok(document),
    }
}

/// The body as a document: 413, 415, then 400.
pub fn document(parts: &Parts, accepted: &[&str]) -> Result<Value> {
    let Some(RequestBody(Some(bytes))) = parts.extensions.get::<RequestBody>() else {
        return Err(Problem::new(
            Code::PayloadTooLarge,
            format!("A request may be {MAX_REQUEST_BYTES} bytes and this one is larger. Nothing was changed."),
        ));
    };
    if bytes.is_empty() {
        return Ok(Value::Object(serde_json::Map::new()));
    }
    if let Some(coding) = parts.headers.get(CONTENT_ENCODING).filter(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Err(Problem::new(
            Code::UnsupportedMediaType,
            format!("The body came with the content encoding {coding:?}; send it as it is."),
        ));
    }
    let given = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = given.split(';').next().unwrap_or_default().trim();
    if !accepted.iter().any(|one| media_type.eq_ignore_ascii_case(one)) {
        let given = if media_type.is_empty() { "no content type" } else { media_type };
        return Err(Problem::new(Code::UnsupportedMediaType, format!("The body came with {given}; send {}.", accepted.join(" or "))));
    }
    domain::canonical::parse(bytes)
        .map_err(|malformed| Problem::new(Code::MalformedJson, format!("The body is not JSON that we can keep: {malformed}.")))
}

/// 422 with a pointer to the member that is of the wrong type.
fn typed<T: DeserializeOwned>(document: Value) -> Result<T> {
    if !document.is_object() {
        return Err(Problem::new(Code::InvalidBody, "This call takes a JSON object.").error("", "a JSON object is needed here"));
    }
    serde_path_to_error::deserialize(document).map_err(|error| {
        let pointer = pointer_of(error.path());
        Problem::new(Code::InvalidBody, "The body is JSON, but not of the form that this call takes; `errors` says where.")
            .error(pointer, error.inner().to_string())
    })
}

fn pointer_of(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
            Segment::Enum { variant } => format!("/{variant}"),
            Segment::Unknown => String::new(),
        })
        .collect()
}
