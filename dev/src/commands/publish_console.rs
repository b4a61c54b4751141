//! `cargo dev publish-console`: the console for a stack that something else deployed.

use std::process::ExitCode;

use anyhow::Result;

use crate::aws_tools::Sam;
use crate::settings::Settings;
use crate::stack::console;

/// Build the console and bring it to a stack that the CDK deployed; `deploy` does it by itself
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The name of the stack, in the account and region of the environment
    #[arg(long, value_name = "NAME")]
    stack: String,
    /// Only if the stack is at this release
    #[arg(long)]
    release: Option<String>,
}

/// # Errors
/// As [`Sam::publish_console`].
pub async fn run(settings: &Settings, arguments: &Arguments) -> Result<ExitCode> {
    let folder = console::build(settings).await?;
    let tools = Sam::find_or_install(settings).await?;
    let url = tools.publish_console(&arguments.stack, arguments.release.as_deref(), &folder, &console::files(&folder)?).await?;
    println!("the console is at {url}");
    Ok(ExitCode::SUCCESS)
}
