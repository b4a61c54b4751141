use std::path::PathBuf;

use anyhow::Result;
use sdk::Published;
use serde_json::json;

use crate::confirm::confirm;
use crate::context::Context;
use crate::exit::Exit;
use crate::files::Key;
use crate::printer::Printer;

/// Take a resource out of service: it no longer evaluates, workers get its tombstone
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: fcc archive flows/shipping-fee.json\n\nThe file and the draft stay; `fcc unarchive SLUG` puts it into service again."
)]
pub struct Arguments {
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// A note that stays with the version
    #[arg(short = 'm', long = "note", value_name = "NOTE")]
    note: Option<String>,
}

pub async fn run(context: &Context, arguments: Arguments) -> Result<Exit> {
    let key = context.key(&arguments.file)?;
    let client = context.client()?;
    let resource = client.get_resource(key.selector()).await?;
    confirm(context, &format!("Archive {} of {}?", key.kind, resource.name))?;
    let published = client.archive(key.selector(), resource.published_version, arguments.note.as_deref()).await?;
    minted(&context.printer, &key, &published, "takes it out of service");
    Ok(Exit::Done)
}

/// What a version that was just made is told as.
pub fn minted(printer: &Printer, key: &Key, published: &Published, what: &str) {
    printer.json(&json!({
        "type": key.kind, "slug": key.slug, "version": published.version, "source": published.source,
        "digest": published.digest, "publishedAtUtc": published.published_at, "eventId": published.event_id,
    }));
    printer.line(format_args!("{} version {} {what}", key.file(), published.version));
}
