use std::io::{IsTerminal as _, Read as _};

use anyhow::{Result, bail};
use serde_json::json;

use super::whoami::who;
use crate::confirm;
use crate::context::{self, Context};
use crate::exit::Exit;

/// Sign in: keep a token for this API
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: fcc login --with-token < token.txt")]
pub struct Arguments {
    /// Read the token from stdin
    #[arg(long)]
    with_token: bool,
}

/// The token is tried before it is kept, so that a typing error is noticed here.
pub async fn run(context: &Context, arguments: Arguments) -> Result<Exit> {
    let url = context.url()?;
    let printer = &context.printer;
    let token = if arguments.with_token {
        let mut text = String::new();
        std::io::stdin().lock().read_to_string(&mut text)?;
        text.trim().to_owned()
    } else if std::io::stdin().is_terminal() {
        printer.note(format_args!("Mint a token for fcc (fcs_...) in the console of {url}, under Tokens, and paste it here."));
        printer.ask("Token:");
        confirm::secret()?
    } else {
        bail!("stdin is no terminal: hand the token over with `fcc login --with-token < FILE`")
    };
    context::accept(&token)?;
    let workspace = context.global.workspace.clone();
    let me = context.client_with(url.clone(), token.clone(), workspace)?.me().await?;
    let place = context.credentials()?.keep(&url, &token)?;
    printer.json(&json!({"url": url, "token": me.token, "user": me.user, "workspace": me.workspace, "keptIn": place}));
    printer.line(format_args!("signed in to {url}: {}", who(&me)));
    printer.note(format_args!("The token is kept in {place}."));
    if context.settings.token.is_some() {
        printer.warn("FETCHCATCH_TOKEN is set, and beats the token that was kept");
    }
    Ok(Exit::Done)
}
