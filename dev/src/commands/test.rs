//! `cargo dev test`: every test, against a stack of its own.

use std::{ffi::OsString, process::ExitCode};

use anyhow::Result;

use crate::{cargo_test::Servers, home::Home, scratch::Scratch, settings::Settings, shutdown::Shutdown, summary::Summary};

use super::deploy_local;

/// Run the tests against a Postgres and a MiniStack of their own, and sum them up.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Passed on to `cargo test`: `-- -p store`, `-- --test publish`, `-- a_name -- --nocapture`
    #[arg(last = true)]
    cargo: Vec<OsString>,
}

const PREFIX: &str = "test-stack-";

/// Start both, run the tests, stop both and remove every trace, however the tests end. Unless the caller chooses, a part of the API's
/// tests is then repeated through the emulated API Gateway.
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
    let servers = Servers::start(home).await?;
    let mut summary = Summary::default();
    let mut code = servers.test(home, &arguments.cargo, &[], &mut summary).await?;
    if arguments.cargo.is_empty() {
        code = code.max(deploy_local::test_deployed(home, &servers, &deploy_local::part(), &mut summary).await?);
    }
    servers.stop().await?;
    println!("{summary}");
    Ok(code)
}
