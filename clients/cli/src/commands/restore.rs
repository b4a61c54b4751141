use std::path::PathBuf;

use anyhow::Result;
use sdk::Which;
use serde_json::json;

use crate::confirm::confirm;
use crate::context::Context;
use crate::exit::Exit;

/// Copy a former version into the draft; nothing is published
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: fcc restore flows/shipping-fee.json --to 3")]
pub struct Arguments {
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The version to copy
    #[arg(long, value_name = "N")]
    to: i32,
}

pub async fn run(context: &Context, arguments: Arguments) -> Result<Exit> {
    let key = context.key(&arguments.file)?;
    let client = context.client()?;
    let asked_about = client.get_draft(key.selector()).await?;
    if asked_about.has_unpublished_changes {
        confirm(context, &format!("The draft of {} has unpublished changes. Replace it?", key.file()))?;
    }
    let draft = client.restore(key.selector(), Which::Version(arguments.to), Some(asked_about.etag)).await?;
    context.printer.json(&json!({
        "type": key.kind, "slug": key.slug, "restoredFrom": arguments.to, "baseVersion": draft.base_version, "draftEtag": draft.etag,
        "hasUnpublishedChanges": draft.has_unpublished_changes,
    }));
    context.printer.line(format_args!("the draft of {} is what version {} was", key.file(), arguments.to));
    context.printer.note(format_args!("Nothing was published. fcc pull --draft {} brings it here.", key.file()));
    Ok(Exit::Done)
}
