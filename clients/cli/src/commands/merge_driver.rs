use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow};
use domain::canonical;
use domain::merge::Side;
use serde_json::{Value, json};

use crate::context::Context;
use crate::exit::Exit;
use crate::git::Git;
use crate::layout;
use crate::merging::{Merging, merge, settle};

/// Merge a file by its structure; git calls this
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: git config merge.fcc.driver 'fcc merge-driver %O %A %B %P'\n\n`fcc init` sets it up. What can't be merged gets markers, and it exits with 3."
)]
pub struct Arguments {
    /// What both sides started from
    base: PathBuf,
    /// Our side; the result replaces it
    ours: PathBuf,
    /// Their side
    theirs: PathBuf,
    /// The file's path in the repository
    path: Option<PathBuf>,
}

pub fn run(context: &Context, arguments: Arguments) -> Result<Exit> {
    let Arguments { base, ours, theirs, path } = &arguments;
    let name = path.as_deref().unwrap_or(ours).display().to_string();
    let text = fs::read_to_string(ours).with_context(|| format!("{} can't be read", ours.display()))?;
    let sides = (read(base), read(ours), read(theirs));
    let is_json = matches!(sides, (Ok(_), Ok(_), Ok(_)));
    let merged = match sides {
        (Ok(base), Ok(local), Ok(remote)) => merged(&name, base.as_ref(), local.as_ref(), remote.as_ref()),
        _ => None,
    };
    let is_merged = match &merged {
        Some(merged) => {
            fs::write(ours, layout::render(merged, Some(&text)))?;
            true
        }
        // What is no JSON is merged as text, as git would.
        None => {
            let has_clean_lines = Git::merge_text(ours, base, theirs)?;
            match (is_json, has_clean_lines) {
                (true, true) => context.printer.warn(format_args!(
                    "{name}: both sides changed the same thing, on different lines: there are no markers, so look at it before you add it"
                )),
                (false, true) => {}
                (_, false) => context.printer.warn(format_args!("{name}: both sides changed the same thing")),
            }
            has_clean_lines && !is_json
        }
    };
    context.printer.json(&json!({"file": name, "merged": is_merged}));
    Ok(Exit::conflict_if(!is_merged))
}

/// `None` where the sides exclude each other.
fn merged(name: &str, base: Option<&Value>, local: Option<&Value>, remote: Option<&Value>) -> Option<Value> {
    let (local, remote) = (local?, remote?);
    let empty = json!({});
    // Both sides may have added the file.
    let base = base.unwrap_or(&empty);
    if Path::new(name).ends_with(crate::state::FILE) {
        // Of two records of what was in step, either is true: the server tells the rest.
        return Some(settle(Some(base), local, remote, Side::Draft));
    }
    match merge(Some(base), local, remote) {
        Merging::Clean(merged) => Some(merged),
        Merging::Conflicts(_) => None,
    }
}

/// `None` for an empty file: that side has none.
fn read(path: &Path) -> Result<Option<Value>> {
    let bytes = fs::read(path)?;
    if bytes.is_empty() {
        return Ok(None);
    }
    canonical::parse(&bytes).map(Some).map_err(|error| anyhow!("{}: {error}", path.display()))
}
