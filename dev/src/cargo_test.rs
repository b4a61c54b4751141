//! Tests as cargo runs them, with the servers that they stand on.

use std::ffi::OsString;
use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::net::unix::pipe;

use crate::children::{self, Child, Inherit, Output, Spec};
use crate::home::Home;
use crate::ministack::{CLIENT_ENV, MiniStack};
use crate::postgres::{Options, Postgres};
use crate::process::Signal;
use crate::summary::{Summary, Words};

/// A Postgres and an emulator of AWS that last as long as one run.
#[derive(Debug)]
pub struct Servers {
    pub postgres: Postgres,
    pub ministack: MiniStack,
}

impl Servers {
    /// # Errors
    /// When one doesn't start.
    pub async fn start(home: &Home) -> Result<Servers> {
        let (postgres, ministack) = tokio::try_join!(Postgres::start(home, Options { durable: false }), MiniStack::start(home))?;
        Ok(Servers { postgres, ministack })
    }

    /// # Errors
    /// When one doesn't end.
    pub async fn stop(self) -> Result<()> {
        self.ministack.stop().await?;
        self.postgres.stop().await
    }

    /// Runs `cargo test` with these arguments to its end, counts what it reports, and returns its exit code.
    ///
    /// # Errors
    /// When it can't be started. Failing tests are no error.
    pub async fn test(&self, home: &Home, arguments: &[OsString], env: &[(&str, String)], summary: &mut Summary) -> Result<u8> {
        let before = summary.failed();
        let mut cargo = self.start_cargo(home, arguments, env)?;
        pass_through(&mut cargo, |piece| summary.read(Words::Cargo, piece)).await?;
        let status = cargo.wait().await.context("cargo test ended unseen")?;
        // A signal ended it: no code.
        let code = status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1);
        if code != 0 && summary.failed() == before {
            summary.step(false);
            eprintln!("cargo test failed ({status}) without a failed test: something didn't build, or a test program crashed (see above)");
        }
        Ok(code)
    }

    fn start_cargo(&self, home: &Home, arguments: &[OsString], env: &[(&str, String)]) -> Result<Child> {
        let scratch = home.path("tmp");
        std::fs::create_dir_all(&scratch)?;
        let colours = std::io::stdout().is_terminal();
        let mut all: Vec<(OsString, OsString)> = vec![
            ("FETCHCATCH_TEST_ADMIN_URL".into(), self.postgres.admin_url.clone().into()),
            ("AWS_ENDPOINT_URL".into(), self.ministack.endpoint.clone().into()),
            // What tests leave behind when they are killed is found here, and goes with the rest.
            ("TMPDIR".into(), scratch.into()),
        ];
        if colours {
            all.push(("CARGO_TERM_COLOR".into(), "always".into()));
        }
        all.extend(CLIENT_ENV.map(|(name, value)| (name.into(), value.into())));
        all.extend(env.iter().map(|(name, value)| (name.into(), value.into())));
        let settings = home.settings();
        let spec = Spec {
            name: "cargo-test",
            program: settings.cargo.clone(),
            args: cargo_arguments(arguments, colours),
            inherit: Inherit::AllBut(settings.from_cargo.clone()),
            env: all,
            dir: &settings.root,
            account: None,
            port: None,
            stop: Signal::Terminate,
            output: Output::Piped,
        };
        children::spawn(home, spec)
    }
}

/// Copy a child's output to ours, and look at it. Ends soon after the child, even if something that a test left behind holds the pipe open.
///
/// # Errors
/// When it can't be copied.
pub async fn pass_through(child: &mut Child, mut look: impl FnMut(&[u8])) -> Result<()> {
    let output = child.take_output().context("a child without its output")?;
    let mut output = pipe::Receiver::from_owned_fd(output.into())?;
    tokio::select! {
        copied = copy(&mut output, &mut look) => return copied,
        _ = child.wait() => {}
    }
    if let Ok(copied) = tokio::time::timeout(Duration::from_secs(2), copy(&mut output, &mut look)).await {
        copied?;
    }
    Ok(())
}

async fn copy(from: &mut (impl AsyncRead + Unpin), look: &mut impl FnMut(&[u8])) -> Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let length = from.read(&mut buffer).await?;
        if length == 0 {
            return Ok(());
        }
        let piece = &buffer[..length];
        look(piece);
        let mut out = std::io::stdout().lock();
        out.write_all(piece)?;
        out.flush()?;
    }
}

/// All tests of all packages and the sum of all failures, unless the caller chooses. Test harnesses for the many bins of
/// `functions` would hold no tests and take long to link: hence `--lib --tests`.
fn cargo_arguments(given: &[OsString], colours: bool) -> Vec<OsString> {
    let for_cargo = given.split(|argument| argument == "--").next().unwrap_or_default();
    let chooses = |options: &[&str]| {
        let named = |argument: &OsString| {
            let argument = argument.to_string_lossy();
            options.iter().any(|option| argument == *option || argument.starts_with(&format!("{option}=")))
        };
        for_cargo.iter().any(named)
    };
    let mut all: Vec<OsString> = vec!["test".into(), "--no-fail-fast".into()];
    if !chooses(&["-p", "--package", "--workspace"]) {
        all.push("--workspace".into());
    }
    if !chooses(&["--lib", "--tests", "--test", "--bins", "--bin", "--doc", "--examples", "--example", "--all-targets"]) {
        all.extend(["--lib".into(), "--tests".into()]);
    }
    all.extend(for_cargo.iter().cloned());
    let for_tests = given.get(for_cargo.len() + 1..).unwrap_or_default();
    // Its output is a pipe to us, so it would not colour by itself.
    let colour =
        (colours && !for_tests.iter().any(|argument| argument.to_string_lossy().starts_with("--color"))).then_some("--color=always");
    if colour.is_some() || !for_tests.is_empty() {
        all.push("--".into());
        all.extend(for_tests.iter().cloned());
        all.extend(colour.map(OsString::from));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(given: &str) -> String {
        let given: Vec<OsString> = given.split_whitespace().map(OsString::from).collect();
        cargo_arguments(&given, false).join(" ".as_ref()).into_string().unwrap()
    }

    #[test]
    fn everything_is_tested_unless_the_caller_chooses() {
        assert_eq!(arguments(""), "test --no-fail-fast --workspace --lib --tests");
        assert_eq!(arguments("-p store a_name"), "test --no-fail-fast --lib --tests -p store a_name");
        assert_eq!(arguments("--test publish -- --nocapture"), "test --no-fail-fast --workspace --test publish -- --nocapture");
        assert_eq!(arguments("-- --test"), "test --no-fail-fast --workspace --lib --tests -- --test");
    }

    #[test]
    fn colours_are_asked_for_once() {
        let coloured = |given: &[&str]| cargo_arguments(&given.iter().map(OsString::from).collect::<Vec<_>>(), true);
        assert_eq!(coloured(&[]).last().unwrap(), "--color=always");
        assert_eq!(coloured(&["--", "--color=never"]).last().unwrap(), "--color=never");
    }
}
