use anyhow::Result;
use clap::Subcommand;
use serde_json::json;
use uuid::Uuid;
use wire::tokens::{MintToken, Token};

use crate::context::Context;
use crate::exit::Exit;
use crate::table;

/// Tokens: list, create, revoke
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: fcc tokens create --kind service --name nightly --email ci@acme.example --scope read")]
pub struct Arguments {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Tokens that work [default]
    #[command(after_help = "Example: fcc tokens list")]
    List,
    /// Mint a token; its secret is shown once
    #[command(after_help = "Example: fcc tokens create --kind personal --name laptop")]
    Create(Create),
    /// End a token at once
    #[command(after_help = "Example: fcc tokens revoke 3f0c2c5e-0000-4000-8000-000000000000")]
    Revoke { id: Uuid },
}

#[derive(Debug, clap::Args)]
struct Create {
    #[arg(long, value_parser = ["personal", "service", "agent", "evaluate"])]
    kind: String,
    #[arg(long)]
    name: String,
    /// Who a service's versions are by
    #[arg(long)]
    email: Option<String>,
    /// What a service may do; once for each
    #[arg(long = "scope", value_parser = ["read", "draft", "apply", "publish", "evaluate"])]
    scopes: Vec<String>,
    /// 1 to 365 [default: 90]
    #[arg(long, value_name = "DAYS")]
    expires_in_days: Option<i64>,
}

pub async fn run(context: &Context, arguments: Arguments) -> Result<Exit> {
    match arguments.action.unwrap_or(Action::List) {
        Action::List => list(context).await,
        Action::Create(create) => mint(context, create).await,
        Action::Revoke { id } => {
            context.client()?.revoke_token(id).await?;
            context.printer.json(&json!({"id": id, "revoked": true}));
            context.printer.line(format_args!("{id} is revoked"));
            Ok(Exit::Done)
        }
    }
}

async fn list(context: &Context) -> Result<Exit> {
    let client = context.client()?;
    let mut tokens: Vec<Token> = Vec::new();
    let mut cursor = None;
    loop {
        let page = client.list_tokens(cursor.as_deref()).await?;
        tokens.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    context.printer.json(&tokens);
    let row = |token: &Token| {
        let surface = token.surface.clone().unwrap_or_else(|| "-".to_owned());
        [token.id.to_string(), token.kind.clone(), surface, token.name.clone(), token.expires_at.to_string()]
    };
    for line in table::lines(&tokens.iter().map(row).collect::<Vec<_>>()) {
        context.printer.line(line);
    }
    Ok(Exit::Done)
}

async fn mint(context: &Context, create: Create) -> Result<Exit> {
    let Create { kind, name, email, scopes, expires_in_days } = create;
    let scopes = (!scopes.is_empty()).then_some(scopes);
    let minted = context.client()?.mint_token(&MintToken { kind, name, surface: None, email, scopes, expires_in_days }).await?;
    context.printer.json(&minted);
    context.printer.line(&minted.token);
    context.printer.note(format_args!("This is the only time that it is shown. It expires {}.", minted.of.expires_at));
    Ok(Exit::Done)
}
