use anyhow::Result;
use sdk::RunsQuery;
use wire::runs::Run;

use crate::context::Context;
use crate::exit::Exit;
use crate::table;

/// What flows decided, newest first
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: fcc runs --flow shipping-fee --status failed")]
pub struct Arguments {
    /// Of one flow, by slug or id
    #[arg(long, value_name = "SLUG")]
    flow: Option<String>,
    /// By versions from git, or from the console
    #[arg(long, value_parser = ["cli", "designer"])]
    source: Option<String>,
    #[arg(long, value_parser = ["succeeded", "failed"])]
    status: Option<String>,
    /// How many at most
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..))]
    limit: u16,
}

pub async fn run(context: &Context, arguments: Arguments) -> Result<Exit> {
    let client = context.client()?;
    let wanted = usize::from(arguments.limit);
    let mut query = RunsQuery { flow: arguments.flow, source: arguments.source, status: arguments.status, ..RunsQuery::default() };
    let mut runs: Vec<Run> = Vec::new();
    while runs.len() < wanted {
        query.limit = Some((wanted - runs.len()).min(200));
        let page = client.list_runs(&query).await?;
        runs.extend(page.items);
        query.cursor = page.next_cursor;
        if query.cursor.is_none() {
            break;
        }
    }
    context.printer.json(&runs);
    for line in table::lines(&runs.iter().map(row).collect::<Vec<_>>()) {
        context.printer.line(line);
    }
    if runs.is_empty() {
        context.printer.note("no runs");
    }
    Ok(Exit::Done)
}

fn row(run: &Run) -> [String; 7] {
    [
        run.id.to_string(),
        run.created_at.to_string(),
        run.flow_slug.clone(),
        run.flow_version.map_or_else(|| "draft".to_owned(), |version| format!("v{version}")),
        run.version_badge.clone(),
        run.status.clone(),
        format!("{} µs", run.duration_us),
    ]
}
