//! The measurements of `cargo dev bench`: ratios of variants that take turns on one durable Postgres, and counts. A time by
//! itself says more of the machine than of us, so none is a test.

mod bare;
mod client;
mod configs;
mod dispatch;
mod evaluate;
mod hot;
mod lag;
mod memory;
mod pool;
mod publish;
mod report;
mod rounds;
mod shape;
mod stage;
mod wire_count;

use std::path::Path;

use anyhow::Result;

use crate::home::Home;

use self::report::Report;
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
    /// Memory of the serving process
    Memory,
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
    for row in rows {
        let measured = match row {
            Row::Publish => publish::measure(&stage, seconds).await?,
            Row::Hot => hot::measure(&stage, seconds).await?,
            Row::Shape => shape::measure(&stage).await?,
            Row::Dispatch => dispatch::measure(&stage).await?,
            Row::Lag => lag::measure(&stage).await?,
            Row::Evaluate => evaluate::measure(seconds).await?,
            Row::Memory => memory::measure(&stage, resting).await?,
        };
        for line in measured {
            report.add(line)?;
        }
    }
    stage.strike().await
}

fn profile() -> &'static str {
    if cfg!(debug_assertions) { "dev: opt-level 1" } else { "release" }
}
