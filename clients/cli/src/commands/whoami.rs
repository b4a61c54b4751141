use anyhow::Result;
use wire::me::Me;

use crate::context::Context;
use crate::exit::Exit;

/// Who the token belongs to, and what it may do
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: fcc whoami")]
pub struct Arguments {}

pub async fn run(context: &Context, Arguments {}: Arguments) -> Result<Exit> {
    let me = context.client()?.me().await?;
    let printer = &context.printer;
    printer.json(&me);
    printer.line(who(&me));
    if let Some(workspace) = &me.workspace {
        let role = me.role.as_deref().map(|role| format!(" as {role}")).unwrap_or_default();
        printer.line(format_args!("workspace {} ({}, {}){role}", workspace.slug, workspace.governance_mode, workspace.environment_kind));
    }
    printer.line(format_args!("may {}; expires {}", me.token.scopes.join(", "), me.token.expires_at));
    Ok(Exit::Done)
}

/// `owner@acme.example, personal token of the cli surface`
pub fn who(me: &Me) -> String {
    let surface = me.token.surface.as_ref().map(|surface| format!(" of the {surface} surface")).unwrap_or_default();
    let token = format!("{} token{surface}", me.token.kind);
    match &me.user {
        Some(user) => format!("{}, {token}", user.email),
        None => token,
    }
}
