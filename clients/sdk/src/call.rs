//! One call: sent, tried again where that is safe, and read.

use std::time::Duration;

use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use http::{Method, Request, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;
use wire::problem::{Code, Problem};

use crate::address::address;
use crate::client::Client;
use crate::error::{Error, Result};
use crate::retry;

/// What of an answer that isn't ours is shown.
const MAX_SHOWN: usize = 300;

/// A request, and whether it may be sent twice.
pub(crate) struct Call {
    method: Method,
    path: String,
    query: Vec<(&'static str, String)>,
    body: Option<Vec<u8>>,
    headers: HeaderMap,
    repeatable: bool,
}

/// What came back, whatever its status.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

impl Call {
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        let repeatable = method == Method::GET;
        Call { method, path: path.into(), query: Vec::new(), body: None, headers: HeaderMap::new(), repeatable }
    }

    pub fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path)
    }

    /// With an Idempotency-Key of its own: the server does it once, however often it is sent.
    pub fn post(path: impl Into<String>) -> Self {
        let mut call = Self::new(Method::POST, path);
        #[expect(clippy::disallowed_methods, reason = "a key has to differ from every other client's; nothing else depends on it")]
        let key = Uuid::new_v4().to_string();
        if let Ok(key) = HeaderValue::from_str(&key) {
            call.headers.insert("idempotency-key", key);
            call.repeatable = true;
        }
        call
    }

    /// May be sent twice because it says nothing that depends on how often.
    pub fn repeatable(mut self) -> Self {
        self.repeatable = true;
        self
    }

    pub fn query(mut self, name: &'static str, value: Option<impl ToString>) -> Self {
        self.query.extend(value.map(|value| (name, value.to_string())));
        self
    }

    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }

    pub fn json(self, body: &impl Serialize) -> Result<Self> {
        let body = serde_json::to_vec(body).map_err(|error| Error::Settings(format!("the request can't be written: {error}")))?;
        Ok(self.bytes(body))
    }

    pub fn bytes(mut self, body: Vec<u8>) -> Self {
        self.body = Some(body);
        self
    }
}

impl Client {
    /// Any call, for what has no method of its own; the answer is not judged.
    ///
    /// # Errors
    /// When no answer comes.
    pub async fn raw(&self, method: &str, path: &str, body: Option<Vec<u8>>) -> Result<Answer> {
        let method = Method::from_bytes(method.as_bytes()).map_err(|_| Error::Settings(format!("{method:?} is no HTTP method")))?;
        let call = if method == Method::POST { Call::post(path) } else { Call::new(method, path) };
        let call = match body {
            Some(body) => call.bytes(body),
            None => call,
        };
        Ok(self.exchange(call).await?.0)
    }

    pub(crate) async fn send<T: DeserializeOwned>(&self, call: Call) -> Result<T> {
        Ok(self.send_for_headers(call).await?.0)
    }

    pub(crate) async fn send_for_headers<T: DeserializeOwned>(&self, call: Call) -> Result<(T, HeaderMap)> {
        let url = format!("{}{}", self.url, call.path);
        let (answer, headers) = self.accepted(call).await?;
        let body = serde_json::from_slice(&answer.body).map_err(|error| Error::Unexpected {
            url,
            status: answer.status,
            text: format!("{error}: {}", shown(&answer.body)),
        })?;
        Ok((body, headers))
    }

    /// For operations that answer nothing.
    pub(crate) async fn send_for_nothing(&self, call: Call) -> Result<()> {
        self.accepted(call).await.map(|_| ())
    }

    async fn accepted(&self, call: Call) -> Result<(Answer, HeaderMap)> {
        let url = format!("{}{}", self.url, call.path);
        let (answer, headers) = self.exchange(call).await?;
        if (200..300).contains(&answer.status) { Ok((answer, headers)) } else { Err(refusal(url, &answer)) }
    }

    async fn exchange(&self, call: Call) -> Result<(Answer, HeaderMap)> {
        let mut failed = 0;
        loop {
            let outcome = self.attempt(&call).await;
            failed += 1;
            let asked = match &outcome {
                Ok((answer, headers)) if retry::is_passing(answer.status) || is_in_progress(answer) => retry_after(headers),
                Err(Error::Unreachable { .. }) => None,
                _ => return outcome,
            };
            #[expect(clippy::disallowed_methods, reason = "jitter: clients that failed together should not come back together")]
            let chance = rand::random::<f64>();
            match retry::pause(failed, asked, chance) {
                Some(pause) if call.repeatable => {
                    if let Some(told) = self.on_wait {
                        told(pause);
                    }
                    tokio::time::sleep(pause).await;
                }
                _ => return outcome,
            }
        }
    }

    async fn attempt(&self, call: &Call) -> Result<(Answer, HeaderMap)> {
        let mut request = Request::new(call.body.clone().unwrap_or_default());
        *request.method_mut() = call.method.clone();
        *request.uri_mut() = address(&self.url, &call.path, &call.query)?;
        *request.headers_mut() = self.headers();
        request.headers_mut().extend(call.headers.clone());
        if call.body.is_some() {
            request.headers_mut().entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
        }
        let sent = self.transport.send(request).await;
        let (parts, body) = sent.map_err(|reason| Error::Unreachable { url: self.url.clone(), reason })?.into_parts();
        Ok((Answer { status: parts.status.as_u16(), body }, parts.headers))
    }
}

fn refusal(url: String, answer: &Answer) -> Error {
    match serde_json::from_slice::<Problem>(&answer.body) {
        Ok(problem) => Error::Problem(Box::new(problem)),
        Err(_) => Error::Unexpected { url, status: answer.status, text: shown(&answer.body) },
    }
}

/// The first request with this key is still running: its answer is what we wait for.
fn is_in_progress(answer: &Answer) -> bool {
    answer.status == StatusCode::CONFLICT.as_u16()
        && serde_json::from_slice::<Problem>(&answer.body).is_ok_and(|problem| problem.code == Code::InProgress)
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.parse().ok().map(Duration::from_secs)
}

fn shown(body: &[u8]) -> String {
    let text: String = String::from_utf8_lossy(body).chars().take(MAX_SHOWN).collect();
    if text.trim().is_empty() { "nothing".to_owned() } else { text }
}
