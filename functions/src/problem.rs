//! The one place where an error becomes an HTTP status.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Map, Value};
use store::LostStanding;
use wire::problem::{BodyError, Code};

use crate::extract::unauthorized;

/// What the client is told, and what the log is told. The envelope renders it, with the request's id.
#[derive(Debug, Clone)]
pub struct Problem(Box<Inner>);

#[derive(Debug, Clone)]
pub(crate) struct Inner {
    pub code: Code,
    pub detail: String,
    pub errors: Vec<BodyError>,
    pub facts: Map<String, Value>,
    pub headers: HeaderMap,
    /// For the log only.
    pub cause: Option<String>,
    /// The audit log has it.
    pub audited: bool,
}

pub type Result<T> = std::result::Result<T, Problem>;

impl Problem {
    /// `detail` says what happened, to what, and what to do next.
    pub fn new(code: Code, detail: impl Into<String>) -> Problem {
        Problem(Box::new(Inner {
            code,
            detail: detail.into(),
            errors: Vec::new(),
            facts: Map::new(),
            headers: HeaderMap::new(),
            cause: None,
            audited: false,
        }))
    }

    /// A bug or a broken dependency: the client learns nothing of the cause.
    pub fn internal(cause: impl std::fmt::Display) -> Problem {
        let mut problem =
            Problem::new(Code::Internal, "The request could not be carried out. Try again; if it stays so, tell us the requestId.");
        problem.0.cause = Some(cause.to_string());
        problem
    }

    /// Something that passes: a lock, a restart, no connection free.
    pub fn unavailable(cause: impl std::fmt::Display) -> Problem {
        let mut problem = Problem::new(Code::Unavailable, "The service is busy or restarting. Nothing was changed; try again in a moment.")
            .header(axum::http::header::RETRY_AFTER, HeaderValue::from_static("1"));
        problem.0.cause = Some(cause.to_string());
        problem
    }

    pub fn not_found(what: impl std::fmt::Display) -> Problem {
        Problem::new(Code::NotFound, format!("There is no {what} in this workspace."))
    }

    pub fn fact(mut self, name: &str, value: impl Serialize) -> Problem {
        // Facts are plain data; what can't be JSON is left out rather than failing the answer.
        if let Ok(value) = serde_json::to_value(value) {
            self.0.facts.insert(name.to_owned(), value);
        }
        self
    }

    pub fn facts(mut self, facts: Map<String, Value>) -> Problem {
        self.0.facts.extend(facts);
        self
    }

    /// One of its facts.
    pub fn get(&self, fact: &str) -> Option<&Value> {
        self.0.facts.get(fact)
    }

    pub fn errors(mut self, errors: Vec<BodyError>) -> Problem {
        self.0.errors = errors;
        self
    }

    pub fn error(self, pointer: impl Into<String>, detail: impl Into<String>) -> Problem {
        self.errors(vec![BodyError { pointer: pointer.into(), detail: detail.into() }])
    }

    /// Errors of a whole document, told of the part of it that the request's body is: their pointers lose this beginning.
    pub fn relative_to(mut self, part: &str) -> Problem {
        for error in &mut self.0.errors {
            if let Some(rest) = error.pointer.strip_prefix(part).filter(|rest| rest.is_empty() || rest.starts_with('/')) {
                error.pointer = rest.to_owned();
            }
        }
        self
    }

    /// Errors of a document that stands inside the request's body: their pointers gain this beginning.
    pub fn inside(mut self, member: &str) -> Problem {
        for error in &mut self.0.errors {
            error.pointer.insert_str(0, member);
        }
        self
    }

    /// One refusal for several documents: the errors of another of the same code are listed too, as many as an answer can carry.
    pub fn joined(mut self, other: Problem) -> Problem {
        const MAX_ERRORS: usize = 1000;
        if other.0.code == self.0.code {
            self.0.errors.extend(other.0.errors);
            self.0.errors.truncate(MAX_ERRORS);
        }
        self
    }

    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Problem {
        self.0.headers.insert(name, value);
        self
    }

    /// With facts named as `/v1/*` names them.
    pub(crate) fn in_camel_case(mut self) -> Problem {
        self.0.facts = std::mem::take(&mut self.0.facts).into_iter().map(|(name, value)| (camel_case(&name), value)).collect();
        self
    }

    /// As one of several reasons in another problem's facts.
    pub fn into_fact(self) -> Value {
        let Inner { code, detail, mut facts, .. } = *self.0;
        facts.insert("code".to_owned(), code.as_str().into());
        facts.insert("detail".to_owned(), detail.into());
        Value::Object(facts)
    }

    /// A refusal that was written into the audit log where it was decided.
    pub fn audited(mut self) -> Problem {
        self.0.audited = true;
        self
    }

    pub(crate) fn is_audited(&self) -> bool {
        self.0.audited
    }

    pub fn code(&self) -> Code {
        self.0.code
    }

    /// The answer's body, for this request.
    pub(crate) fn render(self, request_id: &str) -> (StatusCode, HeaderMap, wire::problem::Problem) {
        let Inner { code, detail, errors, facts, headers, cause, .. } = *self.0;
        if code.status() >= 500 {
            tracing::error!(request_id, code = code.as_str(), cause, "a request failed");
        }
        let body = wire::problem::Problem {
            kind: format!("urn:fetchcatch:problem:{}", code.as_str()),
            title: code.title().to_owned(),
            status: code.status(),
            detail,
            code,
            request_id: request_id.to_owned(),
            errors,
            facts,
        };
        (StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), headers, body)
    }
}

impl From<store::Error> for Problem {
    fn from(error: store::Error) -> Problem {
        match error.lost_standing() {
            Some(LostStanding::Credential) => {
                unauthorized("The token was revoked or has expired while the request was under way. Nothing was changed.")
            }
            Some(LostStanding::Role) => {
                let detail = "Your role in this workspace changed while the request was under way. Nothing was changed; try again.";
                Problem::new(Code::Forbidden, detail)
            }
            None if error.is_transient() => Problem::unavailable(error),
            None => Problem::internal(error),
        }
    }
}

impl IntoResponse for Problem {
    /// Leaves the body to the envelope, which knows the request's id.
    fn into_response(self) -> Response {
        let mut response = StatusCode::from_u16(self.0.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR).into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl Problem {
    /// The errors as findings of a draft: for a document that was stored before its schema became stricter.
    pub fn findings(&self) -> Vec<wire::connectors::Finding> {
        self.0
            .errors
            .iter()
            .map(|error| wire::connectors::Finding {
                code: self.0.code.as_str().to_owned(),
                message: error.detail.clone(),
                path: error.pointer.clone(),
            })
            .collect()
    }
}

/// What is the active version in the connector API is the published one in the others.
fn camel_case(name: &str) -> String {
    if name == "active_version" {
        return "publishedVersion".to_owned();
    }
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let (head, tail) = word.split_at(1.min(word.len()));
        format!("{name}{}{tail}", head.to_uppercase())
    })
}
