use std::path::PathBuf;

use anyhow::Result;
use domain::diff;
use sdk::Of;
use serde_json::{Value, json};

use crate::context::Context;
use crate::differences;
use crate::exit::Exit;
use crate::printer::Style;
use crate::remote::Remote;

/// What the files here change in what is published
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: fcc diff flows/shipping-fee.json\n\nExits with 2 when there is a difference.")]
pub struct Arguments {
    /// Files to compare [default: all]
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Compare with drafts rather than with what is published
    #[arg(long)]
    draft: bool,
}

pub async fn run(context: &Context, arguments: Arguments) -> Result<Exit> {
    let checkout = context.checkout()?;
    let printer = &context.printer;
    let files = checkout.read(&arguments.files)?;
    let client = context.client()?;
    let of = if arguments.draft { Of::Draft } else { Of::Published };
    let remote = Remote::read(&client, of, false).await?;
    let mut items = Vec::new();
    for file in &files {
        // Of what was never published the server answers the draft.
        let resource = remote.get(&file.key).filter(|resource| arguments.draft || resource.published_version > 0);
        if resource.is_some_and(|resource| resource.digest == file.digest()) {
            continue;
        }
        let before = match resource {
            Some(resource) => resource.document(&client).await?,
            None => Value::Object(Default::default()),
        };
        let changes: Vec<_> = diff::diff(&before, &file.document).into_iter().map(diff::Change::abbreviated).collect();
        items.push(
            json!({"file": file.key.file(), "type": file.key.kind, "slug": file.key.slug, "isNew": resource.is_none(), "changes": changes}),
        );
        let new = if resource.is_none() { " (new)" } else { "" };
        printer.line(printer.paint(&format!("{}{new}", file.key.file()), Style::Bold));
        for line in differences::lines(printer, file.key.kind, &before, &file.document) {
            printer.line(format_args!("  {line}"));
        }
    }
    if items.is_empty() {
        printer.line(format_args!("no differences in {} files", files.len()));
    }
    printer.json(&json!({"workspace": remote.workspace.slug, "items": items}));
    Ok(Exit::pending_if(!items.is_empty()))
}
