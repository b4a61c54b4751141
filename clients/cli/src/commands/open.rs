use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Result, anyhow};
use serde_json::json;

use crate::context::Context;
use crate::exit::Exit;

/// Open the console in a browser
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: fcc open flows/shipping-fee.json")]
pub struct Arguments {
    /// At this resource [default: at the workspace]
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
}

pub async fn run(context: &Context, arguments: Arguments) -> Result<Exit> {
    let me = context.client()?.me().await?;
    let workspace = me.workspace.ok_or_else(|| anyhow!("this token spans several workspaces: say which with --workspace"))?;
    let mut url = format!("{}/w/{}", me.console_url.trim_end_matches('/'), workspace.slug);
    if let Some(file) = &arguments.file {
        url = format!("{url}/{}", context.key(file)?);
    }
    context.printer.json(&json!({"url": url}));
    context.printer.line(&url);
    let is_page = url.starts_with("https://") || url.starts_with("http://");
    if is_page && !context.settings.is_ci && !context.printer.is_json() {
        browse(&url);
    }
    Ok(Exit::Done)
}

/// Where there is no browser, the address was printed.
fn browse(url: &str) {
    let program = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let _ = Command::new(program).arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
}
