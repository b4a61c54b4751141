use std::path::PathBuf;

use anyhow::Result;
use sdk::Client;
use wire::sync::history::{HistoryItem, PublishItem};

use crate::context::Context;
use crate::exit::Exit;
use crate::files::Key;
use crate::printer::one_line;
use crate::table;

/// What one call answers of the publishes, which have no pages.
const MAX_PUBLISHES: usize = 200;

/// Every save, apply and publish of a resource, newest first
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: fcc history flows/shipping-fee.json --publishes\n\nThe live version is marked with *.")]
pub struct Arguments {
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Only what was published
    #[arg(long)]
    publishes: bool,
    /// How many at most
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..))]
    limit: u16,
}

pub async fn run(context: &Context, arguments: Arguments) -> Result<Exit> {
    let key = context.key(&arguments.file)?;
    let client = context.client()?;
    let limit = usize::from(arguments.limit);
    let printer = &context.printer;
    let lines = if arguments.publishes {
        let items = client.publishes(key.kind, &key.slug, limit.min(MAX_PUBLISHES)).await?;
        printer.json(&items);
        if limit > MAX_PUBLISHES && items.len() == MAX_PUBLISHES {
            printer
                .note(format_args!("these are the newest {MAX_PUBLISHES} publishes; `fcc history {} --limit {limit}` goes on", key.file()));
        }
        table::lines(&items.iter().map(publish).collect::<Vec<_>>())
    } else {
        let items = everything(&client, &key, limit).await?;
        printer.json(&items);
        table::lines(&items.iter().map(row).collect::<Vec<_>>())
    };
    if lines.is_empty() {
        printer.note(format_args!("{} {}", key.file(), if arguments.publishes { "was never published" } else { "has no history" }));
    }
    for line in lines {
        printer.line(line);
    }
    Ok(Exit::Done)
}

async fn everything(client: &Client, key: &Key, limit: usize) -> Result<Vec<HistoryItem>> {
    let mut items = Vec::new();
    let mut cursor = None;
    while items.len() < limit {
        let page = client.history(key.kind, &key.slug, (limit - items.len()).min(200), cursor.as_deref()).await?;
        items.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    Ok(items)
}

fn publish(item: &PublishItem) -> [String; 6] {
    [
        mark(item.is_current),
        format!("v{}", item.version),
        item.published_at_utc.to_string(),
        item.source.clone(),
        item.created_by_email.clone().unwrap_or_default(),
        short(item.git_commit_sha.as_deref()),
    ]
}

fn row(item: &HistoryItem) -> [String; 7] {
    [
        mark(item.is_current),
        item.version.map(|version| format!("v{version}")).unwrap_or_default(),
        item.created_at_utc.to_string(),
        item.source.clone(),
        item.created_by_email.clone().unwrap_or_default(),
        short(item.git_commit_sha.as_deref()),
        item.note.as_deref().map(one_line).or_else(|| item.archived.then(|| "archived".to_owned())).unwrap_or_default(),
    ]
}

fn mark(is_current: bool) -> String {
    if is_current { "*" } else { " " }.to_owned()
}

fn short(commit: Option<&str>) -> String {
    commit.map_or_else(|| "-".to_owned(), |commit| commit.get(..7).unwrap_or(commit).to_owned())
}
