use anyhow::{Result, anyhow};
use clap::Subcommand;
use domain::identity::Role;
use sdk::Client;
use serde_json::json;
use wire::workspaces::{AddMember, ChangeMember, Member};

use super::workspace::current;
use crate::confirm::confirm;
use crate::context::Context;
use crate::exit::Exit;
use crate::table;

/// The workspace's members: list, add, set a role, remove
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: fcc members add kim@acme.example --role editor")]
pub struct Arguments {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// All of them [default]
    #[command(after_help = "Example: fcc members list")]
    List,
    /// Add somebody
    #[command(after_help = "Example: fcc members add kim@acme.example --role editor")]
    Add {
        email: String,
        /// viewer, author, editor, admin or owner
        #[arg(long)]
        role: Role,
    },
    /// Change somebody's role
    #[command(after_help = "Example: fcc members set kim@acme.example --role admin")]
    Set {
        email: String,
        /// viewer, author, editor, admin or owner
        #[arg(long)]
        role: Role,
    },
    /// Remove somebody; their personal tokens die
    #[command(after_help = "Example: fcc members remove kim@acme.example")]
    Remove { email: String },
}

pub async fn run(context: &Context, arguments: Arguments) -> Result<Exit> {
    let client = context.client()?;
    let workspace = current(&client).await?;
    let printer = &context.printer;
    let member = match arguments.action.unwrap_or(Action::List) {
        Action::List => {
            let members = all(&client, &workspace).await?;
            printer.json(&members);
            let row = |one: &Member| [one.email.clone(), one.role.clone(), one.name.clone()];
            for line in table::lines(&members.iter().map(row).collect::<Vec<_>>()) {
                printer.line(line);
            }
            return Ok(Exit::Done);
        }
        Action::Add { email, role } => client.add_member(&workspace, &AddMember { email, role }).await?,
        Action::Set { email, role } => {
            let member = find(&client, &workspace, &email).await?;
            client.patch_member(&workspace, member.user_id, &ChangeMember { role }).await?
        }
        Action::Remove { email } => {
            let member = find(&client, &workspace, &email).await?;
            confirm(context, &format!("Remove {email}?"))?;
            client.remove_member(&workspace, member.user_id).await?;
            printer.json(&json!({"userId": member.user_id, "email": member.email, "removed": true}));
            printer.line(format_args!("{email} is no member any more"));
            return Ok(Exit::Done);
        }
    };
    printer.json(&member);
    printer.line(format_args!("{} is {}", member.email, member.role));
    Ok(Exit::Done)
}

async fn all(client: &Client, workspace: &str) -> Result<Vec<Member>> {
    let mut members = Vec::new();
    let mut cursor = None;
    loop {
        let page = client.list_members(workspace, cursor.as_deref()).await?;
        members.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() {
            return Ok(members);
        }
    }
}

async fn find(client: &Client, workspace: &str, email: &str) -> Result<Member> {
    let members = all(client, workspace).await?;
    let found = members.into_iter().find(|member| member.email.eq_ignore_ascii_case(email));
    found.ok_or_else(|| anyhow!("{email} is no member of this workspace"))
}
