//! `cargo dev build`: the functions as Lambda runs them.

use std::process::ExitCode;

use anyhow::{Context as _, Result};

use crate::aws_tools::{self, Architecture};
use crate::settings::Settings;

/// Compile every function for Lambda, into target/lambda
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// What they will run on; the template's parameter says the same
    #[arg(long, value_enum, default_value_t = Architecture::Arm64)]
    arch: Architecture,
    /// `release` for a deployment, `dev` for a try: it compiles in minutes
    #[arg(long, default_value = "release")]
    profile: String,
}

/// # Errors
/// When the compiler's driver can't be installed. What doesn't compile is no error but its exit code.
pub async fn run(settings: &Settings, arguments: &Arguments) -> Result<ExitCode> {
    let mut build = aws_tools::build(settings, arguments.arch, &arguments.profile).await?;
    let status = build.kill_on_drop(true).status().await.context("can't run cargo-lambda")?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
