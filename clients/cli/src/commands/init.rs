use std::fs;
use std::path::Path;

use anyhow::{Result, bail};
use serde_json::json;

use crate::checkout::Checkout;
use crate::context::Context;
use crate::exit::Exit;
use crate::git::Git;
use crate::project::{self, DEFAULT_TARGET, Located, Project};

/// Make this folder a checkout of a workspace
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: fcc init --workspace billing-prod\n         fcc init --workspace billing-staging --target staging\n\nAgain in a new clone: it sets up the merge driver there."
)]
pub struct Arguments {}

/// Which files git merges by their structure, and which it does not keep.
const ATTRIBUTES: [&str; 3] = ["flows/*.json merge=fcc", "connectors/*.json merge=fcc", ".fetchcatch/sync-state.json merge=fcc"];
const IGNORED: [&str; 1] = ["*.remote.json"];

pub async fn run(context: &Context, Arguments {}: Arguments) -> Result<Exit> {
    let printer = &context.printer;
    let folder = context.folder()?;
    let Located { root, project } = match context.project()? {
        Some(located) if context.global.workspace.is_none() => located,
        Some(located) => with_target(context, located)?,
        None => Located { root: folder, project: new_project(context).await? },
    };
    project::write(&root, &project)?;
    let has_driver = set_up_git(&root)?;
    let checkout = Checkout::open(Located { root: root.clone(), project: project.clone() });
    checkout.state()?.save(&root)?;
    printer.json(&json!({"root": root, "project": project, "mergeDriver": has_driver}));
    let targets: Vec<String> = project.targets.iter().map(|(name, workspace)| format!("{name}: {workspace}")).collect();
    printer.line(format_args!("{} belongs to {} ({})", root.display(), project.url, targets.join(", ")));
    if has_driver {
        printer.line("git merges flows and connectors here by their structure (fcc merge-driver)");
    }
    printer.note("Next: fcc pull");
    Ok(Exit::Done)
}

async fn new_project(context: &Context) -> Result<Project> {
    let url = context.url()?;
    let workspace = match context.client() {
        Ok(client) => match client.me().await?.workspace {
            Some(workspace) => workspace.slug,
            None => bail!("this token spans several workspaces: say which with --workspace"),
        },
        // Without a token a checkout can be made all the same, for whoever has one.
        Err(error) => context.global.workspace.clone().ok_or(error)?,
    };
    Ok(Project { url, targets: [(target(context), workspace)].into() })
}

fn with_target(context: &Context, mut located: Located) -> Result<Located> {
    if let Some(workspace) = context.global.workspace.clone() {
        located.project.targets.insert(target(context), workspace);
    }
    Ok(located)
}

/// What the workspace is called here.
fn target(context: &Context) -> String {
    context.global.target.clone().unwrap_or_else(|| DEFAULT_TARGET.to_owned())
}

/// Whether there is a git to set up.
fn set_up_git(root: &Path) -> Result<bool> {
    ensure_lines(&root.join(".gitattributes"), &ATTRIBUTES)?;
    ensure_lines(&root.join(".gitignore"), &IGNORED)?;
    let Some(git) = Git::open(root) else { return Ok(false) };
    git.configure("merge.fcc.name", "FetchCatch's structural merge")?;
    git.configure("merge.fcc.driver", "fcc merge-driver %O %A %B %P")?;
    Ok(true)
}

fn ensure_lines(path: &Path, wanted: &[&str]) -> Result<()> {
    let mut text = fs::read_to_string(path).unwrap_or_default();
    let missing: Vec<&&str> = wanted.iter().filter(|line| !text.lines().any(|have| have.trim() == **line)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    for line in missing {
        text.push_str(line);
        text.push('\n');
    }
    Ok(fs::write(path, text)?)
}
