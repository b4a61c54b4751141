use std::collections::BTreeSet;

use anyhow::Result;
use domain::Digest;
use domain::identity::ResourceType;
use sdk::{Client, Of};
use serde::Serialize;
use serde_json::json;

use super::pull::is_older;
use crate::bases::Bases;
use crate::checkout::Checkout;
use crate::context::Context;
use crate::exit::Exit;
use crate::files::{self, Key, LocalFile};
use crate::merging::{Merging, merge};
use crate::printer::{Printer, Style};
use crate::remote::{Remote, RemoteResource};

/// How this checkout and the workspace's published versions differ
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: fcc status\n\nExits with 2 when something is pending, with 3 when there are conflicts.")]
pub struct Arguments {
    /// Files to look at [default: all]
    #[arg(value_name = "FILE")]
    files: Vec<std::path::PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    InSync,
    /// The workspace has no such resource.
    New,
    /// Changed here only.
    Changed,
    /// What is in git was applied, and is not published.
    Applied,
    /// Changed on the server only.
    Behind,
    /// Changed on both sides, in ways that go together.
    Diverged,
    /// Changed on both sides, in ways that exclude each other.
    Conflict,
    /// There is no file of it here.
    Missing,
}

#[derive(Serialize)]
struct Line {
    file: String,
    #[serde(rename = "type")]
    kind: ResourceType,
    slug: String,
    state: Standing,
    #[serde(rename = "publishedVersion")]
    published_version: i32,
}

pub async fn run(context: &Context, arguments: Arguments) -> Result<Exit> {
    let checkout = context.checkout()?;
    let client = context.client()?;
    let remote = Remote::read(&client, Of::Published, false).await?;
    let mut bases = Bases::of(&checkout, &remote.workspace.slug)?;
    let mut keys: BTreeSet<Key> = files::named(checkout.root(), &arguments.files)?.into_iter().collect();
    if arguments.files.is_empty() {
        keys.extend(remote.resources.iter().filter(|(_, one)| !one.archived).map(|(key, _)| key.clone()));
    }
    let mut lines = Vec::new();
    for key in keys {
        let local = files::read(checkout.root(), &key)?;
        let resource = remote.get(&key);
        let state = match (&local, resource) {
            (None, _) => Standing::Missing,
            (Some(_), None) => Standing::New,
            (Some(local), Some(resource)) => {
                let base = bases.base(&key, resource.last_applied.as_ref());
                standing(&checkout, &client, local, resource, base).await?
            }
        };
        let published_version = resource.map_or(0, |resource| resource.published_version);
        lines.push(Line { file: key.file(), kind: key.kind, slug: key.slug, state, published_version });
    }
    bases.warn(&context.printer);
    show(&context.printer, &remote, &lines);
    context.printer.json(&json!({"workspace": remote.workspace.slug, "resources": lines}));
    let is = |wanted: Standing| lines.iter().any(|line| line.state == wanted);
    let pending = lines.iter().any(|line| line.state != Standing::InSync);
    Ok(Exit::pending_if(pending).and(Exit::conflict_if(is(Standing::Conflict))))
}

/// How a file stands to what is published.
pub async fn standing(
    checkout: &Checkout,
    client: &Client,
    local: &LocalFile,
    resource: &RemoteResource,
    base: Option<Digest>,
) -> Result<Standing> {
    let key = &local.key;
    if checkout.root().join(key.remote_file()).is_file() {
        return Ok(Standing::Conflict);
    }
    if local.digest() == resource.digest {
        return Ok(if resource.published_version == 0 { Standing::Applied } else { Standing::InSync });
    }
    let is_changed = base != Some(local.digest());
    let is_behind = base != Some(resource.digest) && !is_older(client, key, resource, base).await?;
    Ok(match (is_changed, is_behind) {
        (false, true) => Standing::Behind,
        (true, false) => Standing::Changed,
        (false, false) => Standing::Applied,
        (true, true) => {
            let base = match base {
                Some(digest) => client.find_content(digest).await?,
                None => None,
            };
            match merge(base.as_ref(), &local.document, &resource.document(client).await?) {
                Merging::Clean(_) => Standing::Diverged,
                Merging::Conflicts(_) => Standing::Conflict,
            }
        }
    })
}

fn show(printer: &Printer, remote: &Remote, lines: &[Line]) {
    let workspace = &remote.workspace;
    printer.line(format_args!("workspace {} ({}, {})", workspace.slug, workspace.governance_mode, workspace.environment_kind));
    for line in lines {
        let (mark, style, words) = match line.state {
            Standing::InSync => continue,
            Standing::New => ("+", Style::Green, "new: fcc apply makes it"),
            Standing::Changed => ("~", Style::Yellow, "changed here"),
            Standing::Applied => ("~", Style::Yellow, "applied, not published"),
            Standing::Behind => ("<", Style::Yellow, "changed on the server: fcc pull"),
            Standing::Diverged => ("<", Style::Yellow, "changed here and on the server: fcc pull merges it"),
            Standing::Conflict => ("!", Style::Red, "conflict: fcc pull, then fcc resolve"),
            Standing::Missing => ("-", Style::Dim, "not in this checkout: fcc pull"),
        };
        printer.line(format_args!("{} {}  {words}", printer.paint(mark, style), line.file));
    }
    let in_sync = lines.iter().filter(|line| line.state == Standing::InSync).count();
    printer.line(format_args!("{in_sync} of {} in sync", lines.len()));
}
