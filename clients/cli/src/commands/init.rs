use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context as _, Result, anyhow, bail};
use serde_json::json;

use crate::checkout::Checkout;
use crate::confirm;
use crate::context::Context;
use crate::exit::Exit;
use crate::files;
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
/// Where `fcc` isn't found, as in a program with another search path, git merges by lines and leaves markers: without any, the other side
/// would be lost unseen.
const DRIVER: &str = "if command -v fcc >/dev/null; then fcc merge-driver %O %A %B %P; else git merge-file %A %O %B; fi";

pub async fn run(context: &Context, Arguments {}: Arguments) -> Result<Exit> {
    let printer = &context.printer;
    let folder = context.folder()?;
    let Located { root, project } = match context.project()? {
        Some(located) if context.global.url.as_ref().is_some_and(|url| url.trim_end_matches('/') != located.project.url) => {
            bail!("this checkout belongs to {}: edit {} to move it", located.project.url, project::FILE)
        }
        Some(located) if context.global.workspace.is_none() && context.global.target.is_none() => located,
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
    if let (Some(target), None) = (&context.global.target, &context.global.workspace) {
        return Err(unknown(target));
    }
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

/// A target that is another workspace's is not moved by a slip.
fn with_target(context: &Context, mut located: Located) -> Result<Located> {
    let name = target(context);
    let Some(workspace) = context.global.workspace.clone() else {
        if located.project.targets.contains_key(&name) {
            return Ok(located);
        }
        return Err(unknown(&name));
    };
    if let Some(present) = located.project.targets.get(&name).filter(|present| **present != workspace) {
        let question = format!("{name} is {present} here. Make it {workspace}?");
        if confirm::can_ask(context) {
            confirm::confirm(context, &question)?;
        } else if !context.global.yes {
            bail!("{question} Say --yes, or add it beside the other with --target NAME");
        }
    }
    located.project.targets.insert(name, workspace);
    Ok(located)
}

fn unknown(target: &str) -> anyhow::Error {
    anyhow!("say with --workspace which workspace the target {target} is")
}

/// What the workspace is called here.
fn target(context: &Context) -> String {
    context.global.target.clone().unwrap_or_else(|| DEFAULT_TARGET.to_owned())
}

/// Whether there is a git to set up.
fn set_up_git(root: &Path) -> Result<bool> {
    ensure_lines(root, ".gitattributes", &ATTRIBUTES)?;
    ensure_lines(root, ".gitignore", &IGNORED)?;
    let Some(git) = Git::open(root) else { return Ok(false) };
    git.configure("merge.fcc.name", "FetchCatch's structural merge")?;
    git.configure("merge.fcc.driver", DRIVER)?;
    Ok(true)
}

/// Bytes, since git asks for no encoding.
fn ensure_lines(root: &Path, file: &str, wanted: &[&str]) -> Result<()> {
    let mut content = match fs::read(root.join(file)) {
        Ok(content) => content,
        Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error).with_context(|| format!("{file} can't be read")),
    };
    let is_there = |line: &&&str| content.split(|byte| *byte == b'\n').any(|have| have.trim_ascii() == line.as_bytes());
    let missing: Vec<&&str> = wanted.iter().filter(|line| !is_there(line)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    if !content.is_empty() && !content.ends_with(b"\n") {
        content.push(b'\n');
    }
    for line in missing {
        content.extend_from_slice(line.as_bytes());
        content.push(b'\n');
    }
    files::write(root, file, &content)
}
