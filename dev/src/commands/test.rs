//! `cargo dev test`: every test, against a stack of its own.

mod console;

use std::{
    ffi::OsString,
    io::{IsTerminal as _, Write as _},
    process::ExitCode,
    time::Duration,
};

use anyhow::{Context, Result};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _},
    net::unix::pipe,
};

use crate::{
    children::{self, Child, Inherit, Output, Spec},
    home::Home,
    ministack::{CLIENT_ENV, MiniStack},
    postgres::{Options, Postgres},
    process::Signal,
    scratch::Scratch,
    settings::Settings,
    shutdown::Shutdown,
    summary::{Summary, Words},
};

/// Run the tests against a Postgres and a MiniStack of their own, and sum them up.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// One part of them; all of them unless you say so, or pass arguments on
    #[arg(long, value_enum)]
    only: Option<Part>,
    /// Passed on to the part, `cargo test` unless you say so: `-- -p store`, `-- a_name -- --nocapture`, `--only browser -- runs`
    #[arg(last = true)]
    passed_on: Vec<OsString>,
}

/// What can be tested by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// `cargo test`, on a Postgres and a MiniStack.
    Rust,
    /// The console's types, style, component tests and build.
    Console,
    /// The console in Chromium, on a stack of its own.
    Browser,
}

impl Arguments {
    fn want(&self, part: Part) -> bool {
        match self.only {
            Some(only) => only == part,
            None => part == Part::Rust || self.passed_on.is_empty(),
        }
    }
}

const PREFIX: &str = "test-stack-";

/// Start both, run the tests, stop both and remove every trace, however the tests end.
///
/// # Errors
/// When a server doesn't start. Failing tests are no error but cargo's exit code.
pub async fn run(settings: &Settings, arguments: Arguments) -> Result<ExitCode> {
    let mut shutdown = Shutdown::catch()?;
    let home = Scratch::open(settings, PREFIX)?;
    tokio::select! {
        ended = run_in(&home, arguments) => ended.map(ExitCode::from),
        // The other future is dropped, which ends its children.
        code = shutdown.requested() => Ok(code.into()),
    }
}

async fn run_in(home: &Home, arguments: Arguments) -> Result<u8> {
    let mut summary = Summary::default();
    let mut code = 0;
    if arguments.want(Part::Rust) {
        code = rust(home, &arguments.passed_on, &mut summary).await?;
    }
    if arguments.want(Part::Console) {
        console::components(home, &arguments.passed_on, &mut summary).await?;
    }
    if arguments.want(Part::Browser) {
        console::browser(home, &arguments.passed_on, &mut summary).await?;
    }
    println!("{summary}");
    Ok(if code == 0 && summary.failed() > 0 { 1 } else { code })
}

async fn rust(home: &Home, passed_on: &[OsString], summary: &mut Summary) -> Result<u8> {
    let (postgres, ministack) = tokio::try_join!(Postgres::start(home, Options { durable: false }), MiniStack::start(home))?;
    let scratch = home.path("tmp");
    std::fs::create_dir(&scratch)?;
    let mut env: Vec<(OsString, OsString)> = vec![
        ("FETCHCATCH_TEST_ADMIN_URL".into(), postgres.admin_url.clone().into()),
        ("AWS_ENDPOINT_URL".into(), ministack.endpoint.clone().into()),
        // What tests leave behind when they are killed is found here, and goes with the rest.
        ("TMPDIR".into(), scratch.into()),
    ];
    let colours = std::io::stdout().is_terminal();
    if colours {
        env.push(("CARGO_TERM_COLOR".into(), "always".into()));
    }
    env.extend(CLIENT_ENV.map(|(name, value)| (name.into(), value.into())));
    let settings = home.settings();
    let mut cargo = children::spawn(
        home,
        Spec {
            name: "cargo-test",
            program: settings.cargo.clone(),
            args: cargo_arguments(passed_on, colours),
            inherit: Inherit::AllBut(settings.from_cargo.clone()),
            env,
            dir: &settings.root,
            account: None,
            port: None,
            stop: Signal::Terminate,
            output: Output::Piped,
        },
    )?;
    pass_through(&mut cargo, |piece| summary.read(Words::Cargo, piece)).await?;
    let status = cargo.wait().await.context("cargo test ended unseen")?;
    // A signal ended it: no code.
    let code = status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1);
    if code != 0 && summary.failed() == 0 {
        summary.step(false);
        eprintln!("cargo test failed ({status}) without a failed test: something didn't build, or a test program crashed (see above)");
    }
    drop(cargo);
    ministack.stop().await?;
    postgres.stop().await?;
    Ok(code)
}

/// Copy a child's output to ours, and look at it. Ends soon after the child, even if something that a test left behind holds the pipe open.
async fn pass_through(child: &mut Child, mut look: impl FnMut(&[u8])) -> Result<()> {
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
