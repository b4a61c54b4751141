//! Where `fcc login` keeps tokens: the operating system's keyring, else a file that only its owner can read.

use std::collections::BTreeMap;
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow};
use serde::{Deserialize, Serialize};

use crate::keyring::Keyring;
use crate::settings::Settings;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Kept {
    /// The API that was signed in to last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(default)]
    accounts: BTreeMap<String, Account>,
}

/// Without a token here, the keyring has it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Account {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

pub struct Credentials {
    path: Option<PathBuf>,
    kept: Kept,
    keyring: Option<Keyring>,
}

impl Credentials {
    pub fn load(settings: &Settings) -> Result<Self> {
        let path = settings.config_folder.as_ref().map(|folder| folder.join("credentials.json"));
        let kept = match path.as_deref().map(fs::read_to_string) {
            Some(Ok(text)) => serde_json::from_str(&text)
                .with_context(|| format!("{} is damaged: remove it and sign in again", shown(path.as_deref())))?,
            Some(Err(error)) if error.kind() != ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("{} can't be read", shown(path.as_deref())));
            }
            _ => Kept::default(),
        };
        Ok(Credentials { path, kept, keyring: Keyring::of_this_machine(settings) })
    }

    pub fn default_url(&self) -> Option<&str> {
        self.kept.url.as_deref()
    }

    /// Whether somebody signed in there.
    pub fn knows(&self, url: &str) -> bool {
        self.kept.accounts.contains_key(url)
    }

    pub fn token(&self, url: &str) -> Result<Option<String>> {
        let Some(account) = self.kept.accounts.get(url) else { return Ok(None) };
        match (&account.token, self.keyring) {
            (Some(token), _) => Ok(Some(token.clone())),
            (None, Some(keyring)) => Ok(keyring.load(url)),
            (None, None) => Ok(None),
        }
    }

    /// Keeps the token; answers where.
    pub fn keep(&mut self, url: &str, token: &str) -> Result<String> {
        let in_keyring = self.keyring.is_some_and(|keyring| keyring.store(url, token));
        let account = Account { token: (!in_keyring).then(|| token.to_owned()) };
        self.kept.accounts.insert(url.to_owned(), account);
        self.kept.url = Some(url.to_owned());
        self.write()?;
        Ok(if in_keyring { "the keyring".to_owned() } else { shown(self.path.as_deref()) })
    }

    /// Forgets it; answers whether there was one.
    pub fn forget(&mut self, url: &str) -> Result<bool> {
        let Some(account) = self.kept.accounts.remove(url) else { return Ok(false) };
        if account.token.is_none() {
            self.keyring.inspect(|keyring| keyring.remove(url));
        }
        if self.kept.url.as_deref() == Some(url) {
            self.kept.url = None;
        }
        self.write()?;
        Ok(true)
    }

    fn write(&self) -> Result<()> {
        let path = self.path.as_deref().ok_or_else(|| anyhow!("there is no HOME to keep a token under: set FETCHCATCH_TOKEN instead"))?;
        let text = serde_json::to_string_pretty(&self.kept)? + "\n";
        write_private(path, &text).with_context(|| format!("{} can't be written", path.display()))
    }
}

/// Written beside it and moved over it, so that it is never half there, and never readable by others.
fn write_private(path: &Path, text: &str) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let new = path.with_extension("new");
    let _ = fs::remove_file(&new);
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&new)?.write_all(text.as_bytes())?;
    fs::rename(&new, path)?;
    Ok(())
}

fn shown(path: Option<&Path>) -> String {
    path.map_or_else(|| "nowhere".to_owned(), |path| path.display().to_string())
}
