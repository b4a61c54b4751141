//! The operating system's keyring, through the program that it has for that: tokens go through pipes, never through arguments.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::settings::Settings;

const SERVICE: &str = "fetchcatch";

#[derive(Debug, Clone, Copy)]
pub enum Keyring {
    /// macOS: `security`.
    Keychain,
    /// Linux with a desktop: libsecret's `secret-tool`.
    SecretService,
}

impl Keyring {
    pub fn of_this_machine(settings: &Settings) -> Option<Keyring> {
        if cfg!(target_os = "macos") {
            return Some(Keyring::Keychain);
        }
        (cfg!(target_os = "linux") && settings.has_session_bus).then_some(Keyring::SecretService)
    }

    /// Whether the keyring took it.
    pub fn store(self, url: &str, token: &str) -> bool {
        match self {
            Keyring::Keychain => {
                let command = format!("add-generic-password -U -s {SERVICE} -a \"{url}\" -w \"{token}\"\n");
                run("security", &["-i"], Some(&command)).is_some() && self.load(url).as_deref() == Some(token)
            }
            Keyring::SecretService => {
                run("secret-tool", &["store", "--label=FetchCatch", "service", SERVICE, "url", url], Some(token)).is_some()
            }
        }
    }

    pub fn load(self, url: &str) -> Option<String> {
        let text = match self {
            Keyring::Keychain => run("security", &["find-generic-password", "-s", SERVICE, "-a", url, "-w"], None),
            Keyring::SecretService => run("secret-tool", &["lookup", "service", SERVICE, "url", url], None),
        }?;
        let token = text.trim();
        (!token.is_empty()).then(|| token.to_owned())
    }

    pub fn remove(self, url: &str) {
        // What is gone already needs no removing.
        let _ = match self {
            Keyring::Keychain => run("security", &["delete-generic-password", "-s", SERVICE, "-a", url], None),
            Keyring::SecretService => run("secret-tool", &["clear", "service", SERVICE, "url", url], None),
        };
    }
}

/// What the program printed; `None` where it is missing or failed.
fn run(program: &str, arguments: &[&str], input: Option<&str>) -> Option<String> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().ok()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input.unwrap_or_default().as_bytes()).ok()?;
    }
    let output = child.wait_with_output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}
