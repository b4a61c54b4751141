use anyhow::{Result, anyhow};
use clap::Subcommand;
use domain::identity::{EnvironmentKind, GovernanceMode};
use wire::workspaces::{ChangeWorkspace, CreateWorkspace, Workspace};

use crate::context::Context;
use crate::exit::Exit;
use crate::printer::Printer;
use crate::table;

/// The workspace: show, list, create, change
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: fcc workspace set --mode CodeManaged --git-repo-url https://github.com/acme/flows")]
pub struct Arguments {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// The one that is meant here [default]
    #[command(after_help = "Example: fcc workspace show")]
    Show,
    /// Those that this token may be used in
    #[command(after_help = "Example: fcc workspace list")]
    List,
    /// Make another one in the tenant
    #[command(after_help = "Example: fcc workspace create billing-staging --name 'Billing, staging' --environment Staging")]
    Create(Create),
    /// Change its settings
    #[command(after_help = "Example: fcc workspace set --mode CodeManaged")]
    Set(Set),
}

#[derive(Debug, clap::Args)]
struct Create {
    slug: String,
    #[arg(long)]
    name: Option<String>,
    /// Development, Staging or Production
    #[arg(long)]
    environment: Option<EnvironmentKind>,
    #[arg(long, value_name = "URL")]
    git_repo_url: Option<String>,
    #[arg(long, value_name = "BRANCH")]
    git_branch: Option<String>,
}

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = true)]
struct Set {
    /// DesignerOnly, CodeManaged or Hybrid
    #[arg(long)]
    mode: Option<GovernanceMode>,
    /// Development, Staging or Production
    #[arg(long)]
    environment: Option<EnvironmentKind>,
    #[arg(long)]
    name: Option<String>,
    /// An https address; an empty one removes it
    #[arg(long, value_name = "URL")]
    git_repo_url: Option<String>,
    /// An empty one removes it
    #[arg(long, value_name = "BRANCH")]
    git_branch: Option<String>,
}

pub async fn run(context: &Context, arguments: Arguments) -> Result<Exit> {
    let client = context.client()?;
    let printer = &context.printer;
    let workspace = match arguments.action.unwrap_or(Action::Show) {
        Action::List => return list(printer, &client).await,
        Action::Show => client.get_workspace(&current(&client).await?).await?,
        Action::Create(Create { slug, name, environment, git_repo_url, git_branch }) => {
            let name = name.unwrap_or_else(|| slug.clone());
            client.create_workspace(&CreateWorkspace { slug, name, environment_kind: environment, git_repo_url, git_branch }).await?
        }
        Action::Set(Set { mode, environment, name, git_repo_url, git_branch }) => {
            let or_none = |text: Option<String>| text.map(|text| (!text.is_empty()).then_some(text));
            let change = ChangeWorkspace {
                name,
                governance_mode: mode,
                environment_kind: environment,
                git_repo_url: or_none(git_repo_url),
                git_branch: or_none(git_branch),
            };
            client.patch_workspace(&current(&client).await?, &change).await?
        }
    };
    printer.json(&workspace);
    show(printer, &workspace);
    Ok(Exit::Done)
}

/// The id of the workspace that calls are about.
pub async fn current(client: &sdk::Client) -> Result<String> {
    let workspace = client.me().await?.workspace;
    workspace
        .map(|workspace| workspace.id.to_string())
        .ok_or_else(|| anyhow!("this token spans several workspaces: say which with --workspace"))
}

async fn list(printer: &Printer, client: &sdk::Client) -> Result<Exit> {
    let mut all: Vec<Workspace> = Vec::new();
    let mut cursor = None;
    loop {
        let page = client.list_workspaces(cursor.as_deref()).await?;
        all.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    printer.json(&all);
    let row = |one: &Workspace| [one.slug.clone(), one.governance_mode.clone(), one.environment_kind.clone(), one.name.clone()];
    for line in table::lines(&all.iter().map(row).collect::<Vec<_>>()) {
        printer.line(line);
    }
    Ok(Exit::Done)
}

fn show(printer: &Printer, workspace: &Workspace) {
    printer.line(format_args!("{} ({})", workspace.slug, workspace.name));
    printer.line(format_args!("{}, {}", workspace.governance_mode, workspace.environment_kind));
    let branch = workspace.git_branch.as_deref().map(|branch| format!(" ({branch})")).unwrap_or_default();
    printer.line(workspace.git_repo_url.as_deref().map_or_else(|| "no git repository".to_owned(), |url| format!("{url}{branch}")));
}
