//! `cargo dev test`: every test, against a stack of its own.

mod console;

use std::{ffi::OsString, process::ExitCode};

use anyhow::Result;

use super::deploy_local;
use crate::{cargo_test::Servers, home::Home, scratch::Scratch, settings::Settings, shutdown::Shutdown, summary::Summary};

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
    /// A part of the API's tests, through the API Gateway of a deployment to the emulator; `cargo dev deploy-local` runs them all.
    Deployed,
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
    if arguments.want(Part::Rust) || arguments.want(Part::Deployed) {
        let servers = Servers::start(home).await?;
        if arguments.want(Part::Rust) {
            code = servers.test(home, &arguments.passed_on, &[], &mut summary).await?;
        }
        if arguments.want(Part::Deployed) {
            let tests = if arguments.passed_on.is_empty() { deploy_local::part() } else { arguments.passed_on.clone() };
            code = code.max(deploy_local::test_deployed(home, &servers, &tests, &mut summary).await?);
        }
        servers.stop().await?;
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
