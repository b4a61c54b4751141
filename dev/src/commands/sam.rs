//! `cargo dev sam`: AWS's command, in the version that this project was tried with.

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::{Context as _, Result};

use crate::aws_tools::Sam;
use crate::settings::Settings;

/// Run AWS's `sam` with these arguments
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  cargo dev sam -- logs --stack-name fetchcatch-prod --tail")]
pub struct Arguments {
    #[arg(last = true)]
    sam: Vec<OsString>,
}

/// # Errors
/// When it can't be installed. Its failure is no error but its exit code.
pub async fn run(settings: &Settings, arguments: &Arguments) -> Result<ExitCode> {
    let mut sam = Sam::find_or_install(settings).await?.command();
    let status = sam.args(&arguments.sam).kill_on_drop(true).status().await.context("can't run sam")?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
