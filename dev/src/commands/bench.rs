//! `cargo dev bench`: measurements against the targets, on a stack of their own.

use std::process::ExitCode;

use anyhow::Result;
use clap::ValueEnum as _;

use crate::bench::{self, Row};
use crate::{scratch::Scratch, settings::Settings, shutdown::Shutdown};

/// Measure against the targets, on a durable Postgres and a MiniStack of their own.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  cargo dev bench\n  cargo dev bench --only publish --only hot --seconds 10\n\nResults are kept in target/bench/results.json; the next run shows them as `before`."
)]
pub struct Arguments {
    /// Measure this row and no other; may be given several times
    #[arg(long, value_name = "ROW")]
    only: Vec<Row>,
    /// About how long a variant runs in each round
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=600))]
    seconds: u32,
}

const PREFIX: &str = "bench-stack-";

/// Start both, measure, stop both and remove every trace, however it ends.
///
/// # Errors
/// When a server doesn't start or answers what it shouldn't. A row below its target is no error: its line says so.
pub async fn run(settings: &Settings, arguments: Arguments) -> Result<ExitCode> {
    let mut shutdown = Shutdown::catch()?;
    let rows: Vec<Row> =
        Row::value_variants().iter().filter(|row| arguments.only.is_empty() || arguments.only.contains(row)).copied().collect();
    let home = Scratch::open(settings, PREFIX)?;
    let results = settings.target.join("bench").join("results.json");
    tokio::select! {
        ended = bench::run(&home, &rows, arguments.seconds, &results) => ended.map(|()| ExitCode::SUCCESS),
        code = shutdown.requested() => Ok(code.into()),
    }
}
