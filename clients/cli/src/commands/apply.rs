use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde_json::json;
use wire::problem::Code;
use wire::sync::plan::{SyncChange, SyncPlan};

use super::plan::{self, Saved};
use crate::confirm::{can_ask, confirm};
use crate::context::Context;
use crate::exit::Exit;
use crate::files::Key;
use crate::planning::{Dirty, Prepared, items};
use crate::printer::Printer;

/// Write the files here into the workspace's drafts
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: fcc apply flows/shipping-fee.json\n\nNothing is published: see `fcc publish`. With conflicts nothing is written, and it exits with 3."
)]
pub struct Arguments {
    /// Files to apply [default: all], or a plan that `fcc plan --out` kept
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Send files that are not committed, and no commit with them
    #[arg(long)]
    allow_dirty: bool,
}

pub async fn run(context: &Context, arguments: Arguments) -> Result<Exit> {
    let dirty = if arguments.allow_dirty { Dirty::Allowed } else { Dirty::Refused };
    let printer = &context.printer;
    let saved = match arguments.files.as_slice() {
        [one] => saved(one)?,
        _ => None,
    };
    let (mut prepared, plan) = match &saved {
        Some(saved) => planned_before(context, saved, dirty).await?,
        None => {
            let mut prepared = Prepared::open(context, &arguments.files, dirty).await?;
            let plan = prepared.plan(printer).await?;
            (prepared, plan)
        }
    };
    let is_needed = plan.items.iter().any(|item| item.change != SyncChange::Unchanged);
    let question = is_needed.then_some("Apply this?");
    let applied = match apply(context, &mut prepared, plan, saved.is_some(), question).await? {
        Ended::Applied(applied) => applied,
        Ended::Conflicts(plan) => {
            printer.json(&json!({"workspace": prepared.remote.workspace.slug, "items": items(&prepared.files, &plan)}));
            return Ok(Exit::Conflict);
        }
    };
    printer.json(&json!({"workspace": prepared.remote.workspace.slug, "items": items(&prepared.files, &applied)}));
    printer.line(summary(&applied));
    if applied.items.iter().any(|item| item.change == SyncChange::Merged) {
        printer.note("The drafts now hold changes that git lacks: fcc pull --draft brings them here.");
    }
    Ok(Exit::Done)
}

pub enum Ended {
    Applied(SyncPlan),
    /// Nothing was written.
    Conflicts(SyncPlan),
}

/// Shows the plan, asks where there is a question, and does it. What changed in between is planned anew where nobody has agreed to this very plan.
pub async fn apply(
    context: &Context,
    prepared: &mut Prepared,
    mut plan: SyncPlan,
    is_fixed: bool,
    question: Option<&str>,
) -> Result<Ended> {
    let printer = &context.printer;
    for _ in 0..3 {
        plan::show(printer, prepared, &plan).await?;
        if plan::exit_of(&plan) == Exit::Conflict {
            return Ok(Ended::Conflicts(plan));
        }
        if let Some(question) = question {
            confirm(context, question)?;
        }
        match prepared.apply(printer, &plan).await {
            Ok(applied) => return Ok(Ended::Applied(applied)),
            Err(error) if is_stale(&error) && !is_fixed && !can_ask(context) => {
                printer.note("Somebody changed a draft meanwhile: planning again.");
                plan = prepared.plan(printer).await?;
            }
            Err(error) if is_conflict(&error) => return conflicts(printer, prepared).await,
            Err(error) => return Err(error),
        }
    }
    bail!("the drafts keep changing: try again when nobody else writes them")
}

async fn conflicts(printer: &Printer, prepared: &mut Prepared) -> Result<Ended> {
    let plan = prepared.plan(printer).await?;
    plan::show(printer, prepared, &plan).await?;
    Ok(Ended::Conflicts(plan))
}

fn is_stale(error: &anyhow::Error) -> bool {
    error.downcast_ref::<sdk::Error>().is_some_and(|error| error.is(Code::PlanStale))
}

fn is_conflict(error: &anyhow::Error) -> bool {
    error.downcast_ref::<sdk::Error>().is_some_and(|error| error.is(Code::MergeConflict))
}

fn summary(applied: &SyncPlan) -> String {
    let count = |change: SyncChange| applied.items.iter().filter(|item| item.change == change).count();
    let counts = [
        ("created", SyncChange::Created),
        ("updated", SyncChange::Updated),
        ("merged", SyncChange::Merged),
        ("unchanged", SyncChange::Unchanged),
    ];
    let told: Vec<String> = counts
        .iter()
        .map(|(word, change)| (count(*change), word))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    format!("applied: {}", told.join(", "))
}

/// `None` where the argument is a resource's file or a folder.
fn saved(path: &Path) -> Result<Option<Saved>> {
    if path.is_dir() || Key::of_path(&std::path::absolute(path)?).is_ok() {
        return Ok(None);
    }
    let text = std::fs::read_to_string(path).with_context(|| format!("{} can't be read", path.display()))?;
    let saved = serde_json::from_str(&text);
    saved.map(Some).with_context(|| format!("{} is neither a resource's file nor a plan of `fcc plan --out`", path.display()))
}

/// The files have to be what they were when the plan was made.
async fn planned_before(context: &Context, saved: &Saved, dirty: Dirty) -> Result<(Prepared, SyncPlan)> {
    let root = context.checkout()?.root;
    let keys = saved.resources.iter().map(|one| Key { kind: one.kind, slug: one.slug.clone() });
    let paths: Vec<PathBuf> = keys.map(|key| root.join(key.file())).collect();
    let mut prepared = Prepared::open(context, &paths, dirty).await?;
    if prepared.remote.workspace.slug != saved.workspace {
        bail!("the plan is for the workspace {}, and this is {}", saved.workspace, prepared.remote.workspace.slug);
    }
    for (nth, file) in prepared.files.iter().enumerate() {
        let planned = saved.resources.iter().find(|one| one.kind == file.key.kind && one.slug == file.key.slug);
        match planned {
            Some(planned) if planned.digest == file.digest() => prepared.bases[nth] = planned.base_digest,
            _ => bail!("{} has changed since the plan was made: plan again", file.key.file()),
        }
    }
    let mut plan = prepared.plan(&context.printer).await?;
    for item in &mut plan.items {
        let planned = saved.resources.iter().find(|one| one.kind == item.kind && one.slug == item.slug);
        let expected = planned.and_then(|planned| planned.result_digest);
        if item.result_digest != expected {
            let key = Key { kind: item.kind, slug: item.slug.clone() };
            bail!("{} would no longer become what the plan says: plan again", key.file());
        }
    }
    Ok((prepared, plan))
}
