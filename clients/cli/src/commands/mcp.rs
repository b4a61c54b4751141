use anyhow::{Result, anyhow, bail};
use mcp::Server;

use crate::context::Context;
use crate::exit::Exit;

/// Serve the tools of AI agents on stdin and stdout: agents draft, people publish
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: claude mcp add fetchcatch -e FETCHCATCH_TOKEN=fca_... -- fcc mcp\n\nTakes an agent's token (fca_), which an admin mints. Runs until the agent's program hangs up."
)]
pub struct Arguments {}

pub async fn run(context: &Context, Arguments {}: Arguments) -> Result<Exit> {
    let client = context.client()?;
    let me = client.me().await?;
    if me.token.kind != "agent" {
        bail!(
            "fcc mcp takes an agent's token (fca_), and this is a {} token: `fcc tokens create --kind agent --name NAME` mints one",
            me.token.kind
        );
    }
    context
        .printer
        .note(format_args!("serving MCP on stdin and stdout, in the workspace {}", me.workspace.map_or_else(String::new, |at| at.slug)));
    mcp::serve(Server::on_stdio(client)).await.map_err(|error| anyhow!(error))?;
    Ok(Exit::Done)
}
