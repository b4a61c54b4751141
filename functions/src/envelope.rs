//! Around every endpoint, in a Lambda and in the local gateway alike: the request's id, the body's limit, one shape for every error.

use std::panic::AssertUnwindSafe;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::{Bytes, BytesMut};
use futures::FutureExt;
use http_body_util::BodyExt;

use crate::app::App;
use crate::auditing::{self, Witness};
use crate::problem::Problem;

/// A request may be 64 KiB larger than the largest config.
pub const MAX_REQUEST_BYTES: usize = domain::MAX_BODY_BYTES + 64 * 1024;
/// How much of a body that is too large is still read, so that the client gets to read our answer.
const DRAINED_BYTES: usize = 8 * MAX_REQUEST_BYTES;

/// The request's body, or the news that it was too large; who may know which is the handler's business.
#[derive(Debug, Clone)]
pub(crate) struct RequestBody(pub Option<Bytes>);

#[derive(Debug, Clone)]
pub struct RequestId(pub String);

/// Which one answered, as an extension of its response.
#[derive(Debug, Clone)]
pub(crate) struct Operation(pub String);

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

pub async fn envelope(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let id = request_id(&app, &request);
    request.extensions_mut().insert(RequestId(id.clone()));
    let witness = Witness::default();
    request.extensions_mut().insert(witness.clone());
    let camel_case = request.uri().path().starts_with("/v1/");
    let body = read_body(std::mem::take(request.body_mut())).await;
    let mut response = match body {
        Ok(body) => {
            request.extensions_mut().insert(RequestBody(body));
            match AssertUnwindSafe(next.run(request)).catch_unwind().await {
                Ok(response) => response,
                Err(_) => Problem::internal("the handler panicked").into_response(),
            }
        }
        Err(broken) => {
            Problem::new(wire::problem::Code::MalformedJson, format!("The request's body ended early: {broken}.")).into_response()
        }
    };
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        let kept = match response.extensions().get::<Operation>() {
            Some(Operation(name)) => auditing::keep(&app, &witness, name, &problem).await,
            None => Ok(()),
        };
        let problem = kept.err().unwrap_or(problem);
        response = answer(if camel_case { problem.in_camel_case() } else { problem }, &id);
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(X_REQUEST_ID, value);
    }
    response
}

fn answer(problem: Problem, id: &str) -> Response {
    let (status, headers, body) = problem.render(id);
    let bytes = serde_json::to_vec(&body).unwrap_or_default();
    let mut response = (status, headers, Body::from(bytes)).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    response
}

/// API Gateway's own id where there is one, so that its access log and ours agree; of a request within another, that one's.
fn request_id(app: &App, request: &Request) -> String {
    use lambda_http::request::RequestContext;
    if let Some(RequestId(outer)) = request.extensions().get() {
        return outer.clone();
    }
    match request.extensions().get::<RequestContext>() {
        Some(RequestContext::ApiGatewayV2(context)) if context.request_id.is_some() => context.request_id.clone().unwrap_or_default(),
        _ => {
            let [a @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = app.random();
            uuid::Builder::from_unix_timestamp_millis(u64::try_from(app.now().timestamp_millis()).unwrap_or_default(), &first_ten(a))
                .into_uuid()
                .to_string()
        }
    }
}

fn first_ten(bytes: [u8; 16]) -> [u8; 10] {
    let mut ten = [0; 10];
    ten.copy_from_slice(&bytes[..10]);
    ten
}

/// `None` when it is over the limit.
async fn read_body(mut body: Body) -> Result<Option<Bytes>, axum::Error> {
    let mut kept = BytesMut::new();
    let mut seen = 0usize;
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame?.into_data() {
            seen += data.len();
            if seen <= MAX_REQUEST_BYTES {
                kept.extend_from_slice(&data);
            } else if seen > DRAINED_BYTES {
                break;
            }
        }
    }
    Ok((seen <= MAX_REQUEST_BYTES).then(|| kept.freeze()))
}
