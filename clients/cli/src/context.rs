//! What every command is given: what was asked for globally, the environment, and who to talk to.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail};
use domain::token::{self, TokenKind};
use sdk::Client;

use crate::args::Global;
use crate::checkout::Checkout;
use crate::confirm;
use crate::credentials::Credentials;
use crate::files::Key;
use crate::printer::{self, Printer};
use crate::project::{self, DEFAULT_TARGET, Located};
use crate::settings::Settings;

const DEFAULT_URL: &str = "https://api.fetchcatch.com";

pub struct Context {
    pub global: Global,
    pub settings: Settings,
    pub printer: Printer,
}

impl Context {
    pub fn new(global: Global, settings: Settings, printer: Printer) -> Self {
        Context { global, settings, printer }
    }

    pub fn folder(&self) -> Result<PathBuf> {
        std::env::current_dir().context("the current folder can't be read")
    }

    /// The project around the current folder; `None` outside one.
    pub fn project(&self) -> Result<Option<Located>> {
        project::find(&self.folder()?)
    }

    pub fn checkout(&self) -> Result<Checkout> {
        match self.project()? {
            Some(located) => Ok(Checkout::open(located)),
            None => bail!("this is no FetchCatch checkout: there is no {} here or above; `fcc init` makes one", project::FILE),
        }
    }

    /// The resource of a file's name: in a checkout it has to be that checkout's file.
    pub fn key(&self, file: &Path) -> Result<Key> {
        match self.project()? {
            Some(located) => Key::in_checkout(&located.root, file),
            None => Key::of_path(&std::path::absolute(file)?),
        }
    }

    pub fn credentials(&self) -> Result<Credentials> {
        Credentials::load(&self.settings)
    }

    /// Flag, environment, project, login, ours.
    pub fn url(&self) -> Result<String> {
        let given = self.global.url.clone().or_else(|| self.settings.url.clone());
        let url = match given {
            Some(url) => url,
            None => match self.project()? {
                Some(located) => located.project.url,
                None => self.credentials()?.default_url().unwrap_or(DEFAULT_URL).to_owned(),
            },
        };
        Ok(url.trim_end_matches('/').to_owned())
    }

    fn token(&self, url: &str) -> Result<String> {
        let token = match &self.settings.token {
            Some(token) => token.clone(),
            None => self
                .credentials()?
                .token(url)?
                .ok_or_else(|| anyhow!("not signed in to {url}: run `fcc login`, or set FETCHCATCH_TOKEN"))?,
        };
        accept(&token)?;
        Ok(token)
    }

    /// The workspace that was chosen; `None` leaves it to the token.
    pub fn workspace(&self) -> Result<Option<String>> {
        if let Some(workspace) = &self.global.workspace {
            return Ok(Some(workspace.clone()));
        }
        let project = self.project()?;
        let targets = project.as_ref().map(|located| &located.project.targets);
        match (&self.global.target, targets) {
            (Some(name), Some(targets)) => {
                let known = || targets.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
                let workspace = targets.get(name).ok_or_else(|| anyhow!("{} has no target {name:?}; it has {}", project::FILE, known()))?;
                Ok(Some(workspace.clone()))
            }
            (Some(_), None) => bail!("--target names a workspace of {}, and this is no checkout", project::FILE),
            (None, Some(targets)) if targets.len() > 1 && !targets.contains_key(DEFAULT_TARGET) => {
                let known: Vec<&str> = targets.keys().map(String::as_str).collect();
                bail!("this checkout has several targets: say which with --target ({})", known.join(", "))
            }
            (None, Some(targets)) => Ok(targets.get(DEFAULT_TARGET).or_else(|| targets.values().next()).cloned()),
            (None, None) => Ok(None),
        }
    }

    /// Who talks to the API; without a commit.
    pub fn client(&self) -> Result<Client> {
        let url = self.url()?;
        let token = self.token(&url)?;
        self.admit_project(&url)?;
        self.client_with(url, token, self.workspace()?)
    }

    /// A repository says where its checkouts belong to, and with that where a token from the environment would go: to a place that
    /// nobody signed in to, a person is asked first.
    fn admit_project(&self, url: &str) -> Result<()> {
        let is_chosen = self.global.url.is_some() || self.settings.url.is_some();
        // Where nothing can be read, nobody signed in.
        let is_known = || self.credentials().is_ok_and(|kept| kept.knows(url));
        if is_chosen || self.settings.token.is_none() || self.project()?.is_none() || is_known() {
            return Ok(());
        }
        if confirm::can_ask(self) {
            confirm::confirm(self, &format!("{} names {url}. Send FETCHCATCH_TOKEN there?", project::FILE))?;
        }
        Ok(())
    }

    pub fn client_with(&self, url: String, token: String, workspace: Option<String>) -> Result<Client> {
        let settings = sdk::Settings {
            workspace,
            host: host(),
            on_wait: (!self.global.quiet).then_some(printer::waiting as fn(Duration)),
            cli_version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            ..sdk::Settings::new(url, token)
        };
        Ok(Client::new(settings)?)
    }
}

/// Whether `fcc` works with such a token at all.
pub fn accept(token: &str) -> Result<()> {
    match token::parse(token) {
        Ok((TokenKind::Cli | TokenKind::Agent | TokenKind::Evaluate, _)) => Ok(()),
        Ok((TokenKind::Designer | TokenKind::Session, _)) => {
            bail!("fcc does not take fcp_ tokens: they are the console's. Mint one for fcc (fcs_) in the console, under Tokens")
        }
        Err(error) => bail!("{error}"),
    }
}

/// What this machine calls itself, for who wants to know where a pull went.
fn host() -> Option<String> {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").ok().or_else(|| {
        let output = std::process::Command::new("hostname").output().ok()?;
        String::from_utf8(output.stdout).ok()
    })?;
    let name: String = name.trim().chars().filter(char::is_ascii_graphic).take(255).collect();
    (!name.is_empty()).then_some(name)
}
