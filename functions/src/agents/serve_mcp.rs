use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use axum::http::{HeaderMap, Request, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use domain::identity::CredentialKind;
use lambda_http::request::RequestContext;
use mcp::{Server, Trusted};
use wire::problem::Code;

use super::in_process::{InProcess, ORIGIN};
use crate::app::App;
use crate::envelope::{MAX_REQUEST_BYTES, RequestId};
use crate::extract::{Caller, Document};
use crate::problem::{Problem, Result};

/// The Model Context Protocol, for AI agents: streamable HTTP without sessions. The tools read, draft and evaluate drafts.
#[utoipa::path(post, path = "/mcp", tag = "agents", request_body = Object,
    responses((status = 200, description = "What the protocol answers.", content_type = "application/json"), (status = 202, description = "A notification was taken.")))]
pub async fn serve_mcp(
    State(app): State<App>,
    caller: Caller,
    uri: Uri,
    headers: HeaderMap,
    Extension(id): Extension<RequestId>,
    gateway: Option<Extension<RequestContext>>,
    Document(message): Document,
) -> Result<Response> {
    if caller.identity.kind != CredentialKind::Agent {
        let detail = "This is the door of AI agents, and takes an agent's token (fca_) alone. An admin can mint one in the console.";
        return Err(Problem::new(Code::Forbidden, detail));
    }
    let server = Server::for_request(client(&app, &caller, &headers, id)?, program(&headers));
    let mut request = Request::new(Bytes::from(serde_json::to_vec(&message).map_err(Problem::internal)?));
    *request.method_mut() = axum::http::Method::POST;
    *request.uri_mut() = uri;
    *request.headers_mut() = headers;
    let answer = mcp::answer(server, request, trusted(&app.settings.console_url, gateway.as_deref()), MAX_REQUEST_BYTES).await;
    let is_json = answer.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    if answer.status().is_success() || is_json {
        return Ok(answer.map(Body::from).into_response());
    }
    Err(refused(answer.status(), &String::from_utf8_lossy(answer.body())))
}

/// The agent itself, calling this API without leaving the process.
fn client(app: &App, caller: &Caller, headers: &HeaderMap, id: RequestId) -> Result<sdk::Client> {
    let presented = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|value| value.split_once(' '));
    let (_, token) = presented.ok_or_else(|| Problem::internal("an agent without a token"))?;
    let workspace = Some(caller.workspace.id.to_string());
    let settings = sdk::Settings { workspace, ..sdk::Settings::new(ORIGIN, token.trim()) };
    sdk::Client::over(Arc::new(InProcess::within(app, id)), settings).map_err(Problem::internal)
}

/// What the program calls itself, where the message does not say.
fn program(headers: &HeaderMap) -> Option<String> {
    let named = headers.get("x-fcc-client").or_else(|| headers.get(USER_AGENT))?;
    Some(String::from_utf8_lossy(named.as_bytes()).trim().to_owned())
}

/// API Gateway passes on only what was sent to one of its names; the console's page is our own.
fn trusted(console_url: &str, gateway: Option<&RequestContext>) -> Trusted {
    let console: Option<Uri> = console_url.parse().ok();
    let own = match gateway {
        Some(RequestContext::ApiGatewayV2(context)) => context.domain_name.clone(),
        _ => None,
    };
    let hosts = [console.as_ref().and_then(Uri::host).map(str::to_owned), own];
    let origin = |uri: &Uri| {
        let (scheme, host) = (uri.scheme_str()?, uri.host()?);
        let port = uri.port_u16().unwrap_or(if scheme == "https" { 443 } else { 80 });
        Some(format!("{scheme}://{host}:{port}"))
    };
    Trusted { hosts: hosts.into_iter().flatten().collect(), origins: console.as_ref().and_then(origin).into_iter().collect() }
}

/// What is no message of the protocol is refused as every other operation refuses.
fn refused(status: StatusCode, said: &str) -> Problem {
    let code = match status {
        StatusCode::FORBIDDEN => Code::Forbidden,
        StatusCode::BAD_REQUEST => Code::InvalidHeader,
        StatusCode::UNPROCESSABLE_ENTITY | StatusCode::UNSUPPORTED_MEDIA_TYPE => Code::InvalidBody,
        StatusCode::PAYLOAD_TOO_LARGE => Code::PayloadTooLarge,
        _ => return Problem::internal(format!("the protocol's own server answered {status}: {said}")),
    };
    Problem::new(code, format!("This is no message of the Model Context Protocol that is taken here: {said}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_trusted_by_its_scheme_host_and_port() {
        let of = |url: &str| trusted(url, None);
        assert_eq!(
            (of("https://console.example").hosts, of("https://console.example").origins),
            (vec!["console.example".to_owned()], vec!["https://console.example:443".to_owned()])
        );
        assert_eq!(of("http://127.0.0.1:4000").origins, ["http://127.0.0.1:4000"]);
        assert!(of("").hosts.is_empty() && of("").origins.is_empty());
    }

    #[test]
    fn a_program_is_known_by_the_first_header_that_names_it() {
        let headers = |pairs: &[(&'static str, &'static str)]| {
            pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect::<HeaderMap>()
        };
        assert_eq!(program(&headers(&[("user-agent", "python-httpx/0.28"), ("x-fcc-client", "inspector")])), Some("inspector".to_owned()));
        assert_eq!(program(&headers(&[("user-agent", "python-httpx/0.28")])), Some("python-httpx/0.28".to_owned()));
        assert_eq!(program(&headers(&[])), None);
    }
}
