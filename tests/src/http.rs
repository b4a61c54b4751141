//! Requests and answers, with failures that show both.

use std::future::{Future, IntoFuture};
use std::pin::Pin;

use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use serde_json::Value;

/// A request to be awaited.
#[must_use]
#[derive(Debug)]
pub struct Request {
    http: reqwest::Client,
    method: Method,
    url: String,
    path: String,
    token: Option<String>,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
}

impl Request {
    pub(crate) fn new(http: &reqwest::Client, method: Method, origin: &str, path: &str, token: &str) -> Request {
        Request {
            http: http.clone(),
            method,
            url: format!("{origin}{path}"),
            path: path.to_owned(),
            token: Some(token.to_owned()),
            headers: Vec::new(),
            body: None,
        }
    }

    /// With another token than the owner's.
    pub fn as_(mut self, token: &str) -> Request {
        self.token = Some(token.to_owned());
        self
    }

    /// Without a token.
    pub fn anonymously(mut self) -> Request {
        self.token = None;
        self
    }

    pub fn header(mut self, name: &str, value: &str) -> Request {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn if_match(self, etag: &Value) -> Request {
        self.header("if-match", etag.as_str().unwrap())
    }

    pub fn idempotency_key(self, key: &str) -> Request {
        self.header("idempotency-key", key)
    }

    pub fn json(self, body: Value) -> Request {
        self.bytes("application/json", body.to_string())
    }

    /// A body of any kind, instead of one that was given before; an empty type sends none.
    pub fn bytes(mut self, content_type: &str, body: impl Into<Vec<u8>>) -> Request {
        self.body = Some(body.into());
        self.headers.retain(|(name, _)| name != CONTENT_TYPE.as_str());
        if content_type.is_empty() { self } else { self.header(CONTENT_TYPE.as_str(), content_type) }
    }

    async fn send(self) -> Answer {
        let mut request = self.http.request(self.method.clone(), &self.url);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let exchange = format!("{} {}\n{}", self.method, self.path, shown(self.body.as_deref().unwrap_or_default()));
        if let Some(body) = self.body {
            request = request.body(body);
        }
        let response = request.send().await.unwrap_or_else(|error| panic!("{exchange}\nwas not answered: {error:?}"));
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await.unwrap_or_else(|error| panic!("{exchange}\nwas answered in part: {error:?}")).to_vec();
        let id = headers.get("x-request-id").and_then(|id| id.to_str().ok()).unwrap_or_default();
        assert!(!id.is_empty(), "{exchange}\nwas answered {status} without an x-request-id");
        Answer { exchange, status, headers, body }
    }
}

impl IntoFuture for Request {
    type Output = Answer;
    type IntoFuture = Pin<Box<dyn Future<Output = Answer> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// What came back.
#[must_use]
#[derive(Debug)]
pub struct Answer {
    /// What was asked, for messages.
    exchange: String,
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    /// The JSON body of a good answer (an empty one is null).
    #[track_caller]
    pub fn ok(self) -> Value {
        let status = if self.status == 201 || self.status == 204 { self.status } else { 200 };
        self.with_status(status)
    }

    /// The JSON body of an answer that has to have this status.
    #[track_caller]
    pub fn with_status(self, status: u16) -> Value {
        assert_eq!(self.status, status, "the answer to {self}");
        self.json()
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        if self.body.is_empty() {
            return Value::Null;
        }
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("no JSON ({error}) answers {self}"))
    }

    /// A refusal: this status and this code, in the one form that all have.
    #[track_caller]
    pub fn problem(self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "wanted {code}; the answer to {self}");
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "the answer to {self}");
        let problem = self.json();
        assert_eq!(problem["code"], code, "the answer to {self}");
        assert_eq!(problem["type"], format!("urn:fetchcatch:problem:{code}"), "the answer to {self}");
        assert_eq!(problem["status"], status, "the answer to {self}");
        assert_eq!(problem["requestId"].as_str(), self.header("x-request-id"), "the answer to {self}");
        for said in ["title", "detail"] {
            assert!(problem[said].as_str().is_some_and(|text| text.len() > 3), "no {said} in the answer to {self}");
        }
        problem
    }

    /// API Gateway gives some headers another name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let value = self.headers.get(name).or_else(|| self.headers.get(format!("x-amzn-remapped-{name}")));
        value.and_then(|value| value.to_str().ok())
    }

    /// All values of a header.
    pub fn headers(&self, name: &str) -> Vec<&str> {
        self.headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect()
    }

    /// Whether it is the answer of an earlier call, repeated.
    pub fn is_replayed(&self) -> bool {
        self.header("idempotent-replayed") == Some("true")
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}\nis {} {}", self.exchange, self.status, shown(&self.body))
    }
}

/// Bodies can be megabytes.
fn shown(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    if text.len() <= 2000 {
        text.into_owned()
    } else {
        format!("{}... ({} bytes)", text.chars().take(1000).collect::<String>(), text.len())
    }
}
