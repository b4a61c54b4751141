//! The way over the network: HTTP/1.1 and TLS by reqwest.

use std::error::Error as _;
use std::net::Ipv4Addr;
use std::sync::Once;
use std::time::Duration;

use http::{Request, Response};

use crate::error::{Error, Result};
use crate::transport::{Answering, Transport};

/// A publish waits for locks and a gateway for 30 s; what takes longer than this was lost.
const TIMEOUT: Duration = Duration::from_secs(60);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

#[derive(Debug, Clone)]
pub struct Network(reqwest::Client);

impl Network {
    /// To the API at this address.
    ///
    /// # Errors
    /// When it is none, or one that a token may not be sent to.
    pub fn to(url: &str) -> Result<Network> {
        let parsed = reqwest::Url::parse(url).map_err(|error| Error::Settings(format!("{url:?} is no address of an API: {error}")))?;
        let host = parsed.host_str().unwrap_or_default();
        let is_below_localhost = host.ends_with(".localhost");
        let is_loopback = is_below_localhost || matches!(host, "127.0.0.1" | "localhost" | "[::1]");
        if parsed.scheme() != "https" && !(parsed.scheme() == "http" && is_loopback) {
            return Err(Error::Settings(format!("{url} would carry the token unencrypted: use https")));
        }
        static PROVIDER: Once = Once::new();
        PROVIDER.call_once(|| {
            // An error says that somebody else installed one: just as well.
            let _ = rustls::crypto::ring::default_provider().install_default();
        });
        let builder =
            reqwest::Client::builder().timeout(TIMEOUT).connect_timeout(CONNECT_TIMEOUT).redirect(reqwest::redirect::Policy::none());
        // A proxy that is meant for the way out can't reach this machine's own ports.
        let builder = if is_loopback { builder.no_proxy() } else { builder };
        // RFC 6761 gives these names to this machine, and not every resolver knows.
        let builder = if is_below_localhost { builder.resolve(host, (Ipv4Addr::LOCALHOST, 0).into()) } else { builder };
        builder.build().map(Network).map_err(|error| Error::Settings(format!("no HTTP client can be made: {error}")))
    }

    async fn exchange(&self, request: Request<Vec<u8>>) -> std::result::Result<Response<Vec<u8>>, reqwest::Error> {
        let (parts, body) = request.into_parts();
        let request = self.0.request(parts.method, parts.uri.to_string()).headers(parts.headers);
        let answer = if body.is_empty() { request.send().await? } else { request.body(body).send().await? };
        let (status, headers) = (answer.status(), answer.headers().clone());
        let mut response = Response::new(answer.bytes().await?.to_vec());
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Ok(response)
    }
}

impl Transport for Network {
    fn send(&self, request: Request<Vec<u8>>) -> Answering<'_> {
        Box::pin(async move { self.exchange(request).await.map_err(|error| innermost(&error)) })
    }
}

/// What reqwest wraps: "connection refused" rather than "error sending request".
fn innermost(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    let mut cause = error.source();
    let mut text = error.to_string();
    while let Some(error) = cause {
        text = error.to_string();
        cause = error.source();
    }
    text
}
