use std::path::PathBuf;

use anyhow::Result;
use domain::Digest;
use domain::identity::ResourceType;
use domain::merge::Conflict;
use sdk::{Client, Of};
use serde::Serialize;
use serde_json::{Value, json};
use wire::sync::pulls::{PulledResource, RecordPull};

use crate::bases::Bases;
use crate::checkout::Checkout;
use crate::context::Context;
use crate::differences;
use crate::exit::Exit;
use crate::files::{self, Key, LocalFile};
use crate::layout;
use crate::merging::{Merging, merge};
use crate::printer::{Printer, Style};
use crate::remote::{Remote, RemoteResource};

/// Bring what the workspace has into this checkout
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: fcc pull flows/shipping-fee.json\n\nLocal edits are kept: what changed on the server is merged into them."
)]
pub struct Arguments {
    /// Files to pull [default: everything that the workspace has]
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Pull drafts rather than what is published
    #[arg(long)]
    draft: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Change {
    Created,
    Updated,
    Merged,
    Unchanged,
    Conflict,
}

#[derive(Serialize)]
struct Pulled {
    file: String,
    #[serde(rename = "type")]
    kind: ResourceType,
    slug: String,
    change: Change,
    /// Of the server's side.
    digest: Digest,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    conflicts: Vec<Conflict>,
    /// What names the things that are in conflict.
    #[serde(skip)]
    document: Value,
}

pub async fn run(context: &Context, arguments: Arguments) -> Result<Exit> {
    let checkout = context.checkout()?;
    let printer = &context.printer;
    let client = context.client()?.for_commit(checkout.commit(&context.settings).as_ref())?;
    let of = if arguments.draft { Of::Draft } else { Of::Published };
    let remote = Remote::read(&client, of, true).await?;
    let wanted = wanted(&checkout, &remote, &arguments.files)?;
    // All files are read before the first is written: a broken one stops the whole pull.
    let local = wanted.iter().map(|key| files::read(checkout.root(), key)).collect::<Result<Vec<_>>>()?;
    let mut pulling = Pulling { checkout: &checkout, client: &client, bases: Bases::of(&checkout, &remote.workspace.slug)?, of };
    let mut pulled = Vec::new();
    let mut progress = printer.progress("pulling", wanted.len());
    for (key, local) in wanted.into_iter().zip(local) {
        let Some(resource) = remote.get(&key) else {
            printer.note(format_args!("{}: the workspace has no such {}; `fcc apply` makes it", key.file(), key.kind));
            continue;
        };
        pulled.push(pulling.pull(key, local, resource).await?);
        progress.step();
    }
    drop(progress);
    pulling.bases.save(&checkout)?;
    pulling.bases.warn(printer);
    record(&client, &remote, &pulled).await?;
    printer.json(&json!({"workspace": remote.workspace.slug, "items": pulled}));
    show(printer, &pulled);
    Ok(Exit::conflict_if(pulled.iter().any(|one| one.change == Change::Conflict)))
}

/// What is archived is not brought back into a checkout that has let go of it.
fn wanted(checkout: &Checkout, remote: &Remote, arguments: &[PathBuf]) -> Result<Vec<Key>> {
    if !arguments.is_empty() {
        return files::named(checkout.root(), arguments);
    }
    let has_file = |key: &Key| checkout.root().join(key.file()).is_file();
    Ok(remote.resources.iter().filter(|(key, one)| !one.archived || has_file(key)).map(|(key, _)| key.clone()).collect())
}

struct Pulling<'a> {
    checkout: &'a Checkout,
    client: &'a Client,
    bases: Bases<'a>,
    of: Of,
}

impl Pulling<'_> {
    async fn pull(&mut self, key: Key, local: Option<LocalFile>, resource: &RemoteResource) -> Result<Pulled> {
        let (change, conflicts) = match &local {
            None => {
                let text = layout::render(&resource.document(self.client).await?, None);
                files::write(self.checkout.root(), &key.file(), &text)?;
                self.bases.record(&key, resource.digest);
                (Change::Created, Vec::new())
            }
            Some(local) => self.bring_together(local, resource).await?,
        };
        if change != Change::Conflict {
            files::remove(self.checkout.root(), &key.remote_file())?;
        }
        let (kind, slug) = (key.kind, key.slug.clone());
        let document = local.map(|local| local.document).unwrap_or_default();
        Ok(Pulled { file: key.file(), kind, slug, change, digest: resource.digest, conflicts, document })
    }

    async fn bring_together(&mut self, local: &LocalFile, resource: &RemoteResource) -> Result<(Change, Vec<Conflict>)> {
        let (key, root) = (&local.key, self.checkout.root());
        let base = self.bases.base(key, resource.last_applied.as_ref());
        if local.digest() == resource.digest {
            self.bases.record(key, resource.digest);
            return Ok((Change::Unchanged, Vec::new()));
        }
        if base == Some(resource.digest) || (self.of == Of::Published && is_older(self.client, key, resource, base).await?) {
            return Ok((Change::Unchanged, Vec::new()));
        }
        let document = resource.document(self.client).await?;
        if base == Some(local.digest()) {
            files::write(root, &key.file(), local.with_document(&document))?;
            self.bases.record(key, resource.digest);
            return Ok((Change::Updated, Vec::new()));
        }
        let base = match base {
            Some(digest) => self.client.find_content(digest).await?,
            None => None,
        };
        match merge(base.as_ref(), &local.document, &document) {
            Merging::Clean(merged) => {
                files::write(root, &key.file(), local.with_document(&merged))?;
                self.bases.record(key, resource.digest);
                Ok((Change::Merged, Vec::new()))
            }
            Merging::Conflicts(conflicts) => {
                files::write(root, &key.remote_file(), layout::render(&document, Some(&local.text)))?;
                Ok((Change::Conflict, conflicts))
            }
        }
    }
}

/// Whether what is published was there before the draft that this checkout applied: it holds nothing that the file lacks.
pub async fn is_older(client: &Client, key: &Key, resource: &RemoteResource, base: Option<Digest>) -> Result<bool> {
    let Some(base) = base else { return Ok(false) };
    let history = client.history(key.kind, &key.slug, 200, None).await?;
    let current = history.items.iter().find(|item| item.is_current);
    let from_git = |source: &str| source == "cli-apply" || source == "cli-publish";
    let saved = history.items.iter().find(|item| item.digest == base && from_git(&item.source)).map(|item| item.snapshot);
    match (current, saved) {
        (Some(current), Some(saved)) => return Ok(saved > current.snapshot),
        // It was published before the newest two hundred snapshots.
        (None, Some(_)) => return Ok(resource.published_version > 0),
        _ => {}
    }
    // What was merged into another draft has no snapshot of its own.
    let applied = resource.last_applied.as_ref().filter(|applied| applied.digest == base);
    let at = current.and_then(|item| item.published_at_utc);
    Ok(applied.zip(at).is_some_and(|(applied, published)| applied.at_utc > published))
}

async fn record(client: &Client, remote: &Remote, pulled: &[Pulled]) -> Result<()> {
    let held = pulled.iter().filter(|one| one.change != Change::Conflict);
    let resources: Vec<PulledResource> = held
        .filter_map(|one| {
            let key = Key { kind: one.kind, slug: one.slug.clone() };
            Some(PulledResource { kind: one.kind, id: remote.get(&key)?.id, digest: one.digest })
        })
        .collect();
    for some in resources.chunks(1000) {
        client.record_pull(&RecordPull { as_of_utc: remote.as_of, resources: some.to_vec() }).await?;
    }
    Ok(())
}

fn show(printer: &Printer, pulled: &[Pulled]) {
    let mut unchanged = 0;
    for one in pulled {
        let (mark, word) = match one.change {
            Change::Created => (printer.paint("+", Style::Green), "created"),
            Change::Updated => (printer.paint("~", Style::Yellow), "updated"),
            Change::Merged => (printer.paint("~", Style::Yellow), "merged into your changes"),
            Change::Conflict => (printer.paint("!", Style::Red), "conflict"),
            Change::Unchanged => {
                unchanged += 1;
                continue;
            }
        };
        printer.line(format_args!("{mark} {}  {word}", one.file));
        for conflict in &one.conflicts {
            printer.line(format_args!("    {}", differences::conflict(one.kind, conflict, &one.document)));
        }
        if one.change == Change::Conflict {
            let remote = Key { kind: one.kind, slug: one.slug.clone() }.remote_file();
            printer.note(format_args!("  The server's side is in {remote}. Edit {}, then: fcc resolve {} --merged", one.file, one.file));
            printer.note("  (--ours keeps yours where both changed the same, --theirs takes the server's)");
        }
    }
    let conflicts = pulled.iter().filter(|one| one.change == Change::Conflict).count();
    let in_conflict = if conflicts > 0 { format!(", {conflicts} in conflict") } else { String::new() };
    printer.line(format_args!("{} pulled, {unchanged} unchanged{in_conflict}", pulled.len() - unchanged - conflicts));
}
