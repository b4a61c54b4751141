use std::path::PathBuf;

use anyhow::{Context as _, Result};
use domain::Digest;
use domain::identity::ResourceType;
use domain::merge::Conflict;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use wire::sync::plan::{BlockedBy, ConflictWith, SyncChange, SyncItem, SyncPlan};

use crate::context::Context;
use crate::differences;
use crate::exit::Exit;
use crate::files::LocalFile;
use crate::merging::{Merging, merge};
use crate::planning::{Dirty, Prepared, items};
use crate::printer::{Printer, Style};

/// What `fcc apply` would do, and nothing else
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: fcc plan --out change.plan\n         fcc apply change.plan\n\nExits with 2 when there is something to do, with 3 when there are conflicts."
)]
pub struct Arguments {
    /// Files to plan for [default: all]
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Keep the plan in a file, for `fcc apply`
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// What `--out` writes.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Saved {
    pub fetchcatch_plan: u32,
    pub workspace: String,
    pub resources: Vec<SavedResource>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SavedResource {
    #[serde(rename = "type")]
    pub kind: ResourceType,
    pub slug: String,
    pub base_digest: Option<Digest>,
    pub digest: Digest,
    pub result_digest: Option<Digest>,
}

pub async fn run(context: &Context, arguments: Arguments) -> Result<Exit> {
    let mut prepared = Prepared::open(context, &arguments.files, Dirty::DoesNotMatter).await?;
    let plan = prepared.plan(&context.printer).await?;
    show(&context.printer, &prepared, &plan).await?;
    context
        .printer
        .json(&json!({"workspace": prepared.remote.workspace.slug, "items": items(&prepared.files, &plan), "truncated": plan.truncated}));
    if let Some(path) = &arguments.out {
        save(path, &prepared, &plan)?;
        context.printer.note(format_args!("The plan is in {}: fcc apply {}", path.display(), path.display()));
    }
    Ok(exit_of(&plan))
}

pub fn exit_of(plan: &SyncPlan) -> Exit {
    let has = |change: SyncChange| plan.items.iter().any(|item| item.change == change);
    let pending = plan.items.iter().any(|item| item.change != SyncChange::Unchanged);
    Exit::pending_if(pending).and(Exit::conflict_if(has(SyncChange::Conflict)))
}

fn save(path: &PathBuf, prepared: &Prepared, plan: &SyncPlan) -> Result<()> {
    let resources = prepared.files.iter().zip(&prepared.bases).zip(&plan.items).map(|((file, base), item)| SavedResource {
        kind: file.key.kind,
        slug: file.key.slug.clone(),
        base_digest: *base,
        digest: file.digest(),
        result_digest: item.result_digest,
    });
    let saved = Saved { fetchcatch_plan: 1, workspace: prepared.remote.workspace.slug.clone(), resources: resources.collect() };
    let text = serde_json::to_string_pretty(&saved)? + "\n";
    std::fs::write(path, text).with_context(|| format!("{} can't be written", path.display()))
}

/// For people: each file that something happens to, and what changes in its draft.
pub async fn show(printer: &Printer, prepared: &Prepared, plan: &SyncPlan) -> Result<()> {
    if printer.is_json() {
        return Ok(());
    }
    let mut unchanged = 0;
    for (nth, (file, item)) in prepared.files.iter().zip(&plan.items).enumerate() {
        let (mark, style, word) = match item.change {
            SyncChange::Unchanged => {
                unchanged += 1;
                continue;
            }
            SyncChange::Created => ("+", Style::Green, "created"),
            SyncChange::Updated => ("~", Style::Yellow, "updated"),
            SyncChange::Merged => ("~", Style::Yellow, "merged with what the draft has"),
            SyncChange::Conflict => ("!", Style::Red, "conflict"),
        };
        printer.line(format_args!("{} {}  {word}{}", printer.paint(mark, style), file.key.file(), blocked(item)));
        for line in detail(printer, prepared, nth, file, item).await? {
            printer.line(format_args!("    {line}"));
        }
    }
    let conflicts = plan.items.iter().filter(|item| item.change == SyncChange::Conflict).count();
    let in_conflict = if conflicts > 0 { format!(", {conflicts} in conflict: nothing is written") } else { String::new() };
    printer.line(format_args!("{} to change, {unchanged} unchanged{in_conflict}", plan.items.len() - unchanged - conflicts));
    Ok(())
}

fn blocked(item: &SyncItem) -> String {
    let reasons: Vec<&str> = item
        .blocked_by
        .iter()
        .map(|reason| match reason {
            BlockedBy::Governance => "the workspace's governance mode",
            BlockedBy::NotPublishable => "errors in it",
        })
        .collect();
    if reasons.is_empty() { String::new() } else { format!(" (can't be published: {})", reasons.join(", ")) }
}

async fn detail(printer: &Printer, prepared: &Prepared, nth: usize, file: &LocalFile, item: &SyncItem) -> Result<Vec<String>> {
    let kind = file.key.kind;
    match item.change {
        SyncChange::Unchanged | SyncChange::Created => Ok(Vec::new()),
        SyncChange::Conflict => {
            let with_active = item.conflict_with == Some(ConflictWith::Active);
            let shown = item.conflicts.iter().map(|one| {
                // The draft's side stands where the file's does when it is the draft that conflicts with what is published.
                let (mine, theirs) = if with_active { (&one.draft, &one.active) } else { (&one.local, &one.draft) };
                let conflict = Conflict { path: one.path.clone(), base: one.base.clone(), draft: mine.clone(), active: theirs.clone() };
                differences::conflict(kind, &conflict, &file.document)
            });
            let mut lines: Vec<String> = shown.collect();
            lines.push(if with_active {
                "the draft and what is published exclude each other: merge or reset the draft in the console".to_owned()
            } else {
                format!("fcc pull --draft {} brings the draft here, then fcc resolve", file.key.file())
            });
            Ok(lines)
        }
        SyncChange::Updated | SyncChange::Merged => {
            let draft = prepared.client.get_draft(file.key.selector()).await?.document;
            let result = result(prepared, nth, file, item, &draft).await?;
            Ok(differences::lines(printer, kind, &draft, result.as_ref().unwrap_or(&file.document)))
        }
    }
}

/// What the server would make of it, as far as that can be seen from here.
async fn result(prepared: &Prepared, nth: usize, file: &LocalFile, item: &SyncItem, draft: &Value) -> Result<Option<Value>> {
    let (SyncChange::Merged, Some(base)) = (item.change, prepared.bases[nth]) else { return Ok(None) };
    let Some(base) = prepared.client.find_content(base).await? else { return Ok(None) };
    Ok(match merge(Some(&base), &file.document, draft) {
        Merging::Clean(merged) => Some(merged),
        Merging::Conflicts(_) => None,
    })
}
