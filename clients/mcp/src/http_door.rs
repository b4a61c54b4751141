//! The door of `POST /mcp`: streamable HTTP without sessions, each request by itself, answered as JSON.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{ACCEPT, HeaderValue};
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};

use crate::server::Server;

/// Under which names it may be reached, and from which pages: another page in a browser could otherwise have this machine's name
/// resolved to its own.
#[derive(Debug, Clone)]
pub struct Trusted {
    /// Beside this machine itself; with a port or for any.
    pub hosts: Vec<String>,
    /// `https://console.example:443`; programs that are no browser send none.
    pub origins: Vec<String>,
}

const THIS_MACHINE: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// What the server answers to this request. `most_bytes` is what a request may have.
pub async fn answer(server: Server, mut request: Request<Bytes>, trusted: Trusted, most_bytes: usize) -> Response<Bytes> {
    // Whatever it asked for, JSON is what it gets.
    request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json, text/event-stream"));
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_allowed_hosts(THIS_MACHINE.into_iter().map(str::to_owned).chain(trusted.hosts))
        .with_allowed_origins(trusted.origins)
        .enforce_origin_validation()
        .with_max_request_body_bytes(most_bytes);
    let service = StreamableHttpService::new(move || Ok(server.clone()), Arc::new(NeverSessionManager::default()), config);
    let (parts, body) = service.handle(request.map(Full::new)).await.into_parts();
    match body.collect().await {
        Ok(body) => Response::from_parts(parts, body.to_bytes()),
        Err(never) => match never {},
    }
}
