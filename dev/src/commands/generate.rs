//! `cargo dev generate`: writes what is read from the table of routes.

use std::process::ExitCode;

use anyhow::Result;

use crate::generate;
use crate::settings::Settings;

/// Write what is read from the table of routes: binaries, and in infra openapi.json, functions.json and template.yaml
#[derive(Debug, clap::Args)]
pub struct Arguments {}

/// Says each file that it changed.
///
/// # Errors
/// When a file can't be read or written.
pub fn run(settings: &Settings, _arguments: &Arguments) -> Result<ExitCode> {
    let changed = generate::write(&settings.root)?;
    for stale in &changed {
        let done = if stale.why == generate::Why::Orphaned { "removed" } else { "wrote" };
        println!("{done} {}", stale.path.display());
    }
    if changed.is_empty() {
        println!("everything was fresh");
    }
    Ok(ExitCode::SUCCESS)
}
