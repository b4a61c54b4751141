use anyhow::Result;
use serde_json::json;

use crate::context::Context;
use crate::exit::Exit;

/// Forget the token that was kept for this API
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: fcc logout\n\nThe token itself stays valid: `fcc tokens revoke ID` ends it.")]
pub struct Arguments {}

pub fn run(context: &Context, Arguments {}: Arguments) -> Result<Exit> {
    let url = context.url()?;
    let was_kept = context.credentials()?.forget(&url)?;
    context.printer.json(&json!({"url": url, "forgotten": was_kept}));
    context.printer.line(if was_kept { format!("signed out of {url}") } else { format!("no token was kept for {url}") });
    Ok(Exit::Done)
}
