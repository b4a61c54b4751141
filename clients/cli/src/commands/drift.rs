use std::fmt::Write as _;
use std::io::Write as _;

use anyhow::Result;
use sdk::Of;
use wire::sync::drift::{Drift, DriftReason};

use super::status::{Standing, standing};
use crate::bases::Bases;
use crate::context::Context;
use crate::exit::Exit;
use crate::files::Key;
use crate::printer::{Printer, Style, one_line};
use crate::remote::Remote;

/// Whether production and git still agree, for CI
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: fcc drift --json\n\nExits with 0 in sync, 2 with drift or pending changes, 3 with conflicts. In GitHub Actions it annotates the files\nand writes a step summary."
)]
pub struct Arguments {}

pub async fn run(context: &Context, Arguments {}: Arguments) -> Result<Exit> {
    let client = context.client()?;
    let mut drift = client.drift().await?;
    if context.project()?.is_some() {
        add_local(context, &client, &mut drift).await?;
    }
    let printer = &context.printer;
    printer.json(&drift);
    show(printer, &drift);
    if context.settings.in_github_actions {
        annotate(context, &drift)?;
    }
    Ok(Exit::pending_if(!drift.in_sync).and(Exit::conflict_if(drift.pending.conflicts > 0)))
}

/// What this checkout has to push; where the server changed as well, a conflict, counted there only.
async fn add_local(context: &Context, client: &sdk::Client, drift: &mut Drift) -> Result<()> {
    let checkout = context.checkout()?;
    let remote = Remote::read(client, Of::Published, false).await?;
    let mut bases = Bases::of(&checkout, &remote.workspace.slug)?;
    for file in checkout.read(&[])? {
        let key = &file.key;
        let resource = remote.get(key);
        let standing = match resource {
            None => Standing::New,
            Some(resource) => {
                let base = bases.base(key, resource.last_applied.as_ref());
                standing(&checkout, client, &file, resource, base).await?
            }
        };
        let reason = match standing {
            Standing::New | Standing::Changed => "push",
            Standing::Diverged | Standing::Conflict => "conflict",
            _ => continue,
        };
        let version = resource.map_or(0, |resource| resource.published_version);
        count(drift, key, reason, version);
    }
    bases.warn(&context.printer);
    let pending = &drift.pending;
    drift.in_sync = drift.designer_publishes_since_last_git_commit == 0 && pending.push + pending.pull + pending.conflicts == 0;
    Ok(())
}

fn count(drift: &mut Drift, key: &Key, reason: &'static str, version: i32) {
    let is_same = |one: &DriftReason| one.kind == key.kind.as_str() && one.slug == key.slug;
    let has = |drift: &Drift, reason: &str| drift.reasons.iter().any(|one| is_same(one) && one.reason == reason);
    if has(drift, "conflict") || (reason == "push" && has(drift, "push")) {
        return;
    }
    // Changed here, and pulled by nobody there: that is both.
    let reason = if reason == "push" && has(drift, "pull") { "conflict" } else { reason };
    if reason == "conflict" {
        drift.pending.push -= i64::from(has(drift, "push"));
        drift.pending.pull -= i64::from(has(drift, "pull"));
        drift.reasons.retain(|one| !(is_same(one) && (one.reason == "push" || one.reason == "pull")));
        drift.pending.conflicts += 1;
    } else {
        drift.pending.push += 1;
    }
    let (kind, slug) = (key.kind.to_string(), key.slug.clone());
    drift.reasons.push(DriftReason { kind, slug, reason: reason.to_owned(), version, by: None, at_utc: None });
}

fn show(printer: &Printer, drift: &Drift) {
    let workspace = &drift.workspace;
    printer.line(format_args!("workspace {} ({}, {})", workspace.slug, workspace.governance_mode, workspace.environment_kind));
    if let Some(git) = &drift.git {
        let branch = git.branch.as_deref().map(|branch| format!(" of {branch}")).unwrap_or_default();
        let short = git.last_commit_sha.get(..7).unwrap_or(&git.last_commit_sha);
        printer.line(format_args!("production last agreed with {short}{branch}, at {}", git.last_commit_synced_at_utc));
    }
    for reason in &drift.reasons {
        printer.line(format_args!("{} {}", printer.paint("!", Style::Yellow), told(reason)));
    }
    if drift.truncated {
        printer.line("... and more");
    }
    let pending = &drift.pending;
    printer.line(if drift.in_sync {
        printer.paint("in sync", Style::Green)
    } else {
        format!(
            "drift: {} published from the console since git, {} to push, {} to pull, {} in conflict",
            drift.designer_publishes_since_last_git_commit, pending.push, pending.pull, pending.conflicts
        )
    });
}

/// Which resource, what happened to it, who did it, and when.
fn told(reason: &DriftReason) -> String {
    let file = file(reason);
    let who = reason.by.as_deref().map(|by| format!(" by {by}")).unwrap_or_default();
    let when = reason.at_utc.map(|at| format!(" at {at}")).unwrap_or_default();
    let is_local = reason.by.is_none() && reason.at_utc.is_none();
    match reason.reason.as_str() {
        "designer_publish" => format!("{file}: version {} was published from the console{who}{when}", reason.version),
        "push" if is_local => format!("{file}: changed in this checkout, and not applied"),
        "push" => format!("{file}: the draft was applied{who}{when}, and is not published"),
        "pull" => format!("{file}: changed on the server{who}{when}: fcc pull"),
        _ => format!("{file}: changed here and on the server{who}{when}: fcc pull"),
    }
}

fn file(reason: &DriftReason) -> String {
    format!("{}s/{}.json", reason.kind, reason.slug)
}

/// Workflow commands, which GitHub reads from either stream, and the summary of the step.
fn annotate(context: &Context, drift: &Drift) -> Result<()> {
    for reason in &drift.reasons {
        let level = if reason.reason == "conflict" { "error" } else { "warning" };
        context.printer.annotation(format_args!("::{level} file={},title=Drift::{}", file(reason), told(reason)));
    }
    let Some(path) = &context.settings.step_summary else { return Ok(()) };
    let mut text = format!("### Drift of {}\n\n", drift.workspace.slug);
    if drift.in_sync {
        text.push_str("Production and git agree.\n");
    } else {
        text.push_str("| resource | what | version | by | at |\n|---|---|---|---|---|\n");
        for one in &drift.reasons {
            let at = one.at_utc.map(|at| at.to_string()).unwrap_or_default();
            let by = one.by.as_deref().map(cell).unwrap_or_default();
            writeln!(text, "| {} | {} | {} | {by} | {at} |", file(one), one.reason, one.version)?;
        }
    }
    let written =
        std::fs::OpenOptions::new().append(true).create(true).open(path).and_then(|mut summary| summary.write_all(text.as_bytes()));
    if let Err(error) = written {
        context.printer.warn(format_args!("the step's summary {} can't be written: {error}", path.display()));
    }
    Ok(())
}

/// A text that somebody else wrote, as one cell of a table.
fn cell(text: &str) -> String {
    one_line(text).replace('|', "\\|").replace('`', "\\`").replace('<', "&lt;")
}
