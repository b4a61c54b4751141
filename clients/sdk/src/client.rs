//! Who calls, and where.

use std::sync::Arc;
use std::time::Duration;

use http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};

use crate::error::{Error, Result};
use crate::transport::Transport;

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
    /// Told how long it waits before it tries a call again.
    pub on_wait: Option<fn(Duration)>,
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
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) url: String,
    headers: HeaderMap,
    pub(crate) on_wait: Option<fn(Duration)>,
}

impl Client {
    /// Over the network.
    ///
    /// # Errors
    /// When the address is none, or a setting can't stand in a header.
    #[cfg(feature = "network")]
    pub fn new(settings: Settings) -> Result<Self> {
        let network = crate::network::Network::to(&settings.url)?;
        Client::over(Arc::new(network), settings)
    }

    /// Another way than over the network.
    ///
    /// # Errors
    /// When a setting can't stand in a header.
    pub fn over(transport: Arc<dyn Transport>, settings: Settings) -> Result<Self> {
        let mut headers = HeaderMap::new();
        let mut bearer = value("the token", &format!("Bearer {}", settings.token))?;
        bearer.set_sensitive(true);
        headers.insert(AUTHORIZATION, bearer);
        let url = settings.url.trim_end_matches('/').to_owned();
        let told = [
            ("x-fcc-workspace", settings.workspace),
            ("x-fcc-host", settings.host),
            ("x-fcc-cli-version", settings.cli_version),
            ("x-fcc-client", settings.client),
        ];
        let client = Client { transport, url, headers, on_wait: settings.on_wait };
        told.into_iter().try_fold(client, |client, (name, text)| client.telling(name, text.as_deref()))
    }

    /// The same caller, for this commit; for none when there is none.
    ///
    /// # Errors
    /// When a name can't stand in a header.
    pub fn for_commit(&self, commit: Option<&Commit>) -> Result<Self> {
        let client = self.clone().telling("x-fcc-git-commit", commit.map(|one| one.sha.as_str()))?;
        client.telling("x-fcc-git-branch", commit.and_then(|one| one.branch.as_deref()))
    }

    /// The same agent, in this program.
    ///
    /// # Errors
    /// When its name can't stand in a header.
    pub fn for_program(&self, name: &str) -> Result<Self> {
        self.clone().telling("x-fcc-client", Some(name))
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn headers(&self) -> HeaderMap {
        self.headers.clone()
    }

    fn telling(mut self, name: &'static str, text: Option<&str>) -> Result<Self> {
        match text {
            Some(text) => self.headers.insert(HeaderName::from_static(name), value(name, text)?),
            None => self.headers.remove(name),
        };
        Ok(self)
    }
}

fn value(what: &str, text: &str) -> Result<HeaderValue> {
    HeaderValue::from_bytes(text.as_bytes()).map_err(|_| Error::Settings(format!("{what} can't be sent: it holds control characters")))
}
