//! The measurements of `cargo dev bench`: ratios of variants that take turns on one durable Postgres, and counts. A time by
//! itself says more of the machine than of us, so none is a test.

mod bare;
mod client;
mod cold;
mod configs;
mod dispatch;
mod evaluate;
mod evaluate_http;
mod hot;
mod lag;
mod lists;
mod memory;
mod node;
mod pool;
mod publish;
mod report;
mod rounds;
mod shape;
mod stage;
mod wire_count;

use std::path::Path;

use anyhow::{Result, ensure};

use crate::home::Home;

use self::report::{Line, Report};
use self::stage::Stage;

/// What can be measured, in the order in which it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Row {
    /// Publishing many connectors over HTTP, against the bare function
    Publish,
    /// Rolling one connector back and forth over HTTP, against the bare function
    Hot,
    /// Statements and log records of one publish
    Shape,
    /// The dispatcher without AWS, against a bare queue
    Dispatch,
    /// From a publish to the replica
    Lag,
    /// Evaluating in this process, against zen-engine called bare
    Evaluate,
    /// Evaluating over HTTP, every run recorded, against the bare function
    EvaluateHttp,
    /// What a page of each list costs while history grows
    Lists,
    /// Memory of the serving process
    Memory,
    /// Cold start, size and memory of each function's binary, against a hello-world
    Cold,
}

/// How many clients publish at the same time.
const CLIENTS: usize = 16;

/// Measure these rows, print each as soon as it is known, and keep them in `results` for the next run to compare with.
///
/// # Errors
/// When something can't be started, or an answer is not what it has to be; a row below its target is no error.
pub async fn run(home: &Home, rows: &[Row], seconds: u32, results: &Path) -> Result<()> {
    let mut report = Report::open(results)?;
    println!("one profile for all ({}); ratios are medians of {} rounds in which both variants take turns", profile(), rounds::ROUNDS);
    let stage = Stage::set(home).await?;
    let resting = memory::resident(&stage).await?;
    let mut failed = Vec::new();
    for row in rows {
        match measure(*row, &stage, seconds, resting).await {
            Ok(lines) => lines.into_iter().try_for_each(|line| report.add(line))?,
            Err(error) => {
                println!("{row:?} can't be measured: {error:#}");
                failed.push(*row);
            }
        }
    }
    stage.strike().await?;
    ensure!(failed.is_empty(), "not measured: {failed:?}");
    Ok(())
}

async fn measure(row: Row, stage: &Stage<'_>, seconds: u32, resting: Option<memory::Resident>) -> Result<Vec<Line>> {
    match row {
        Row::Publish => publish::measure(stage, seconds).await,
        Row::Hot => hot::measure(stage, seconds).await,
        Row::Shape => shape::measure(stage).await,
        Row::Dispatch => dispatch::measure(stage).await,
        Row::Lag => lag::measure(stage).await,
        Row::Evaluate => evaluate::measure(seconds).await,
        Row::EvaluateHttp => evaluate_http::measure(stage, seconds).await,
        Row::Lists => lists::measure(stage).await,
        Row::Memory => memory::measure(stage, resting).await,
        Row::Cold => cold::measure(stage).await,
    }
}

fn profile() -> &'static str {
    if cfg!(debug_assertions) { "dev: opt-level 1" } else { "release" }
}
