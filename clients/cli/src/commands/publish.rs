use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, bail};
use domain::identity::ResourceType;
use futures::{StreamExt as _, stream};
use sdk::{Client, Selector};
use serde_json::json;
use uuid::Uuid;
use wire::sync::plan::{SyncChange, SyncItem, SyncPlan};
use wire::sync::publish::{ExpectedDraft, PublishMany, PublishStatus, PublishedMany};

use super::apply::{Ended, apply};
use crate::confirm::confirm;
use crate::context::Context;
use crate::exit::Exit;
use crate::files::{Key, LocalFile};
use crate::planning::{Dirty, Prepared, items};
use crate::printer::{Printer, Style};

/// Apply the files here, and publish exactly them
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: fcc publish -m 'Cheaper by air' --wait\n\nNothing is published, and it exits with 3, where a draft has changes that git doesn't."
)]
pub struct Arguments {
    /// Files to publish [default: all]
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// A note that stays with the versions
    #[arg(short = 'm', long = "note", value_name = "NOTE")]
    note: Option<String>,
    /// Send files that are not committed, and no commit with them
    #[arg(long)]
    allow_dirty: bool,
    /// Publish every draft of the workspace as it is, without a commit
    #[arg(long, conflicts_with_all = ["files", "allow_dirty"])]
    all_drafts: bool,
    /// Return when workers can read the new versions
    #[arg(long)]
    wait: bool,
}

/// How long `--wait` waits for the replica.
const PATIENCE: Duration = Duration::from_secs(60);
const BETWEEN_LOOKS: Duration = Duration::from_millis(250);
const LOOKS_AT_ONCE: usize = 16;
const MOST_NAMED: usize = 5;

pub async fn run(context: &Context, arguments: Arguments) -> Result<Exit> {
    if arguments.all_drafts {
        return all_drafts(context, &arguments).await;
    }
    let printer = &context.printer;
    let dirty = if arguments.allow_dirty { Dirty::Allowed } else { Dirty::Refused };
    let mut prepared = Prepared::open(context, &arguments.files, dirty).await?;
    let plan = prepared.plan(printer).await?;
    let authors = authors(&prepared, &plan).await?;
    let question = question(printer, &prepared, &plan);
    let applied = match apply(context, &mut prepared, plan, false, question).await? {
        Ended::Applied(applied) => applied,
        Ended::Conflicts(plan) => {
            printer.json(&json!({"applied": items(&prepared.files, &plan), "items": []}));
            return Ok(Exit::Conflict);
        }
    };
    let standings: Vec<Standing> = (0..applied.items.len()).map(|nth| standing(&prepared, &applied, nth)).collect();
    let mut is_foreign = false;
    for (nth, standing) in standings.iter().enumerate() {
        let file = prepared.files[nth].key.file();
        match standing {
            Standing::Foreign => {
                let by = authors[nth].as_deref().map(|author| format!(" by {author}")).unwrap_or_default();
                printer.warn(format_args!("{file}: the draft has changes{by} that git doesn't: fcc pull --draft"));
                is_foreign = true;
            }
            Standing::Archived => {
                printer.warn(format_args!("{file} is archived and is not published: fcc unarchive {}", prepared.files[nth].key.slug))
            }
            Standing::OthersDraft => {
                printer.note(format_args!("{file} is published as it is; its draft has changes that are not in git, and stays"))
            }
            Standing::Equal | Standing::Published => {}
        }
    }
    if is_foreign {
        printer.json(&json!({"applied": items(&prepared.files, &applied), "items": []}));
        printer.line("nothing was published");
        return Ok(Exit::Conflict);
    }
    let wanted: Vec<&SyncItem> =
        applied.items.iter().zip(&standings).filter(|(_, one)| **one == Standing::Equal).map(|(item, _)| item).collect();
    let published = match wanted.as_slice() {
        [] => PublishedMany { items: Vec::new() },
        wanted => prepared.client.publish_many(&exactly(wanted, arguments.note.clone())).await?,
    };
    printer.json(&json!({"applied": items(&prepared.files, &applied), "items": published.items}));
    show(printer, &published, prepared.commit.as_ref().map(|commit| commit.sha.as_str()));
    if arguments.wait {
        // What an earlier run published is waited for, too: it may have ended before workers had it.
        let before = prepared.files.iter().zip(&standings).filter(|(_, standing)| **standing == Standing::Published);
        let before = before.filter_map(|(file, _)| {
            let remote = prepared.remote.get(&file.key)?;
            Some((file.key.clone(), remote.id, remote.published_version))
        });
        wait(printer, &prepared.client, new_versions(&published).chain(before).collect()).await?;
    }
    Ok(Exit::Done)
}

/// What there is to ask; what was applied before is not in the plan, and named here.
fn question(printer: &Printer, prepared: &Prepared, plan: &SyncPlan) -> Option<&'static str> {
    let mut is_needed = false;
    for (nth, item) in plan.items.iter().enumerate() {
        let is_applied = item.change == SyncChange::Unchanged && standing(prepared, plan, nth) == Standing::Equal;
        if is_applied {
            printer.line(format_args!("^ {}  applied before, to be published", prepared.files[nth].key.file()));
        }
        is_needed |= is_applied || item.change != SyncChange::Unchanged;
    }
    is_needed.then_some("Apply and publish this?")
}

/// What of a draft an apply left to publish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// The draft is the file, and not yet the published version.
    Equal,
    Published,
    Archived,
    /// The file is what is published, and somebody works on the draft: theirs to publish.
    OthersDraft,
    /// The file's changes are in a draft together with changes that git lacks.
    Foreign,
}

fn standing(prepared: &Prepared, applied: &SyncPlan, nth: usize) -> Standing {
    let (file, item): (&LocalFile, &SyncItem) = (&prepared.files[nth], &applied.items[nth]);
    let remote = prepared.remote.get(&file.key);
    let is_published = remote.is_some_and(|remote| remote.published_version > 0 && remote.digest == file.digest());
    let is_equal = item.result_digest == Some(file.digest());
    match () {
        () if is_equal && is_published => Standing::Published,
        () if remote.is_some_and(|remote| remote.archived) => Standing::Archived,
        () if is_equal => Standing::Equal,
        () if is_published && item.change == SyncChange::Unchanged => Standing::OthersDraft,
        () => Standing::Foreign,
    }
}

/// Who wrote the drafts that hold more than the files: asked before the apply makes us their last author.
async fn authors(prepared: &Prepared, plan: &SyncPlan) -> Result<Vec<Option<String>>> {
    let mut authors = Vec::new();
    for (file, item) in prepared.files.iter().zip(&plan.items) {
        let is_foreign = item.id.is_some() && item.result_digest.is_some_and(|result| result != file.digest());
        authors.push(if is_foreign { prepared.client.get_draft(file.key.selector()).await?.updated_by } else { None });
    }
    Ok(authors)
}

/// These drafts as they were left, or none.
pub fn exactly(items: &[&SyncItem], note: Option<String>) -> PublishMany {
    let slugs = |kind: ResourceType| items.iter().filter(|item| item.kind == kind).map(|item| item.slug.clone()).collect::<Vec<_>>();
    let (flows, connectors) = (slugs(ResourceType::Flow), slugs(ResourceType::Connector));
    let expect = items.iter().filter_map(|item| {
        Some(ExpectedDraft { kind: item.kind, id: item.slug.clone(), base_version: item.base_version, draft_etag: item.draft_etag? })
    });
    PublishMany {
        // An empty list would mean every draft that there is.
        flow_ids: (!flows.is_empty()).then_some(flows),
        connector_ids: (!connectors.is_empty()).then_some(connectors),
        expect: Some(expect.collect()),
        note,
    }
}

async fn all_drafts(context: &Context, arguments: &Arguments) -> Result<Exit> {
    let client = context.client()?;
    confirm(context, "Publish every draft of the workspace as it is?")?;
    let what = PublishMany { flow_ids: Some(Vec::new()), connector_ids: Some(Vec::new()), expect: None, note: arguments.note.clone() };
    let published = client.publish_many(&what).await?;
    context.printer.json(&json!({"applied": [], "items": published.items}));
    show(&context.printer, &published, None);
    if arguments.wait {
        wait(&context.printer, &client, new_versions(&published).collect()).await?;
    }
    Ok(Exit::Done)
}

/// A version that workers should be able to read.
type Awaited = (Key, Uuid, i32);

fn new_versions(published: &PublishedMany) -> impl Iterator<Item = Awaited> {
    let made = published.items.iter().filter(|item| item.status == PublishStatus::Published);
    made.map(|item| (Key { kind: item.kind, slug: item.slug.clone() }, item.id, item.version))
}

/// Until workers can read these versions.
async fn wait(printer: &Printer, client: &Client, versions: Vec<Awaited>) -> Result<()> {
    let mut progress = printer.progress("waiting for workers", versions.len());
    let mut missing: BTreeSet<String> = versions.iter().map(|(key, ..)| key.file()).collect();
    let looks = stream::iter(versions).map(|(key, id, version)| arrival(client, key, id, version));
    let mut arrived = std::pin::pin!(looks.buffer_unordered(LOOKS_AT_ONCE));
    let all = async {
        while let Some(key) = arrived.next().await {
            missing.remove(&key?.file());
            progress.step();
        }
        Ok::<_, sdk::Error>(())
    };
    match tokio::time::timeout(PATIENCE, all).await {
        Ok(all) => Ok(all?),
        Err(_) => {
            drop(progress);
            let some: Vec<&str> = missing.iter().take(MOST_NAMED).map(String::as_str).collect();
            let more = if missing.len() > MOST_NAMED { format!(" and {} more", missing.len() - MOST_NAMED) } else { String::new() };
            bail!("published, but workers can't read {}{more} after {} s: see GET /v1/replica/outbox", some.join(", "), PATIENCE.as_secs())
        }
    }
}

async fn arrival(client: &Client, key: Key, id: Uuid, version: i32) -> sdk::Result<Key> {
    let id = id.to_string();
    loop {
        let status = client.get_replica_status(Selector { kind: key.kind, id: &id }).await?;
        if status.replica_version.is_some_and(|there| there >= version) {
            return Ok(key);
        }
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
}

pub fn show(printer: &Printer, published: &PublishedMany, commit: Option<&str>) {
    let from = commit.map(|commit| format!(" from {}", commit.get(..7).unwrap_or(commit))).unwrap_or_default();
    let mut count = 0;
    for item in &published.items {
        let file = Key { kind: item.kind, slug: item.slug.clone() }.file();
        match item.status {
            PublishStatus::Published => {
                count += 1;
                printer.line(format_args!("{} {file}  version {}{from}", printer.paint("✓", Style::Green), item.version));
            }
            PublishStatus::Unchanged => {}
            PublishStatus::Skipped => {
                printer.line(format_args!("- {file}  skipped: {}", item.reason.as_deref().unwrap_or("not told why")));
            }
        }
    }
    printer.line(if count == 0 { "nothing to publish".to_owned() } else { format!("{count} published") });
}
