//! `cargo dev check`: whether what is generated is fresh. For CI.

use std::process::ExitCode;

use anyhow::Result;

use crate::generate;
use crate::settings::Settings;

/// Fail when a file that `cargo dev generate` writes is stale
#[derive(Debug, clap::Args)]
pub struct Arguments {}

/// Names every stale file, and says what to do.
///
/// # Errors
/// When a file can't be read.
pub fn run(settings: &Settings, _arguments: &Arguments) -> Result<ExitCode> {
    let stale = generate::stale(&settings.root)?;
    if stale.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    for stale in &stale {
        eprintln!("{stale}");
    }
    eprintln!("run `cargo dev generate` and commit what it changes");
    Ok(ExitCode::FAILURE)
}
