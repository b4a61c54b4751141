//! Who calls, and where.

use std::sync::Once;
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use crate::error::{Error, Result};

/// A publish waits for locks and a gateway for 30 s; what takes longer than this was lost.
const TIMEOUT: Duration = Duration::from_secs(60);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// What a client is made of.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// `https://api.fetchcatch.com`
    pub url: String,
    pub token: String,
    /// Slug or id; needed where the credential spans several.
    pub workspace: Option<String>,
    /// Told to the API as `X-FCC-Host` and `X-FCC-Cli-Version`.
    pub host: Option<String>,
    pub cli_version: Option<String>,
    /// Told by agents as `X-FCC-Client`.
    pub client: Option<String>,
}

impl Settings {
    pub fn new(url: impl Into<String>, token: impl Into<String>) -> Self {
        Settings { url: url.into(), token: token.into(), ..Settings::default() }
    }
}

/// The commit that a call is made for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    pub sha: String,
    pub branch: Option<String>,
}

/// Calls the API as one credential. Cloning is cheap and shares the connections.
#[derive(Debug, Clone)]
pub struct Client {
    pub(crate) http: reqwest::Client,
    pub(crate) url: String,
    headers: HeaderMap,
}

impl Client {
    /// # Errors
    /// When the address is none, or a setting can't stand in a header.
    pub fn new(settings: Settings) -> Result<Self> {
        let url = settings.url.trim_end_matches('/').to_owned();
        let parsed = reqwest::Url::parse(&url).map_err(|error| Error::Settings(format!("{url:?} is no address of an API: {error}")))?;
        let is_loopback = matches!(parsed.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
        if parsed.scheme() != "https" && !(parsed.scheme() == "http" && is_loopback) {
            return Err(Error::Settings(format!("{url} would carry the token unencrypted: use https")));
        }
        let mut headers = HeaderMap::new();
        let mut bearer = value("the token", &format!("Bearer {}", settings.token))?;
        bearer.set_sensitive(true);
        headers.insert(reqwest::header::AUTHORIZATION, bearer);
        let told = [
            ("x-fcc-workspace", settings.workspace),
            ("x-fcc-host", settings.host),
            ("x-fcc-cli-version", settings.cli_version),
            ("x-fcc-client", settings.client),
        ];
        for (name, text) in told {
            if let Some(text) = text {
                headers.insert(HeaderName::from_static(name), value(name, &text)?);
            }
        }
        Ok(Client { http: http(is_loopback)?, url, headers })
    }

    /// The same caller, for this commit; for none when there is none.
    ///
    /// # Errors
    /// When a name can't stand in a header.
    pub fn for_commit(&self, commit: Option<&Commit>) -> Result<Self> {
        let mut client = self.clone();
        let told = [("x-fcc-git-commit", commit.map(|one| &one.sha)), ("x-fcc-git-branch", commit.and_then(|one| one.branch.as_ref()))];
        for (name, text) in told {
            client.headers.remove(name);
            if let Some(text) = text {
                client.headers.insert(HeaderName::from_static(name), value(name, text)?);
            }
        }
        Ok(client)
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn headers(&self) -> HeaderMap {
        self.headers.clone()
    }
}

fn value(what: &str, text: &str) -> Result<HeaderValue> {
    HeaderValue::from_bytes(text.as_bytes()).map_err(|_| Error::Settings(format!("{what} can't be sent: it holds control characters")))
}

fn http(is_loopback: bool) -> Result<reqwest::Client> {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        // An error says that somebody else installed one: just as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    let builder = reqwest::Client::builder().timeout(TIMEOUT).connect_timeout(CONNECT_TIMEOUT).redirect(reqwest::redirect::Policy::none());
    // A proxy that is meant for the way out can't reach this machine's own ports.
    let builder = if is_loopback { builder.no_proxy() } else { builder };
    builder.build().map_err(|error| Error::Settings(format!("no HTTP client can be made: {error}")))
}
