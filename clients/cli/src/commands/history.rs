use std::path::PathBuf;

use anyhow::Result;
use wire::page::CamelPage;
use wire::sync::history::{HistoryItem, PublishItem};

use crate::context::Context;
use crate::exit::Exit;
use crate::printer::one_line;
use crate::table;

/// What one call answers at most.
const PAGE: usize = 200;

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
        let page = async |limit, cursor: Option<String>| client.publishes(key.kind, &key.slug, limit, cursor.as_deref()).await;
        let items = newest(limit, page).await?;
        printer.json(&items);
        table::lines(&items.iter().map(publish).collect::<Vec<_>>())
    } else {
        let page = async |limit, cursor: Option<String>| client.history(key.kind, &key.slug, limit, cursor.as_deref()).await;
        let items = newest(limit, page).await?;
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

/// As many as are wanted, page by page.
async fn newest<T>(limit: usize, page: impl AsyncFn(usize, Option<String>) -> sdk::Result<CamelPage<T>>) -> Result<Vec<T>> {
    let mut items = Vec::new();
    let mut cursor = None;
    while items.len() < limit {
        let next = page((limit - items.len()).min(PAGE), cursor).await?;
        items.extend(next.items);
        cursor = next.next_cursor;
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
