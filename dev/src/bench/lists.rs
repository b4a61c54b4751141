//! What a page of each list costs while history grows: pages of shared memory, which are the same on any machine.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::client::Connection;
use super::report::{Line, Reference, Target};
use super::stage::{Serving, Stage};
use crate::explained::Explained;
use crate::past::{Past, lists};

/// Rows of history, and as many runs: to begin with, and at the end.
const SIZES: [usize; 2] = [50_000, 500_000];
const BIG_SIZES: [usize; 2] = [100_000, 5_000_000];
/// Pages that are read of each list. From the sixth execution on Postgres may plan a statement without regard to its values.
const PAGES: usize = 12;

/// Measures each list at both sizes; a list whose pages cost more when there is more history has the higher ratio.
pub async fn measure(stage: &Stage<'_>) -> Result<Vec<Line>> {
    let sizes = if stage.home.settings().big { BIG_SIZES } else { SIZES };
    let explained = Explained::before(&stage.database.app_url, &mut *stage.admin.acquire().await?).await?;
    let gateway = stage.serve(Serving { database_url: explained.url().to_owned(), database_connections: 1, dispatching: false }).await?;
    let mut connection = Connection::open(gateway.address, &stage.token).await?;
    let mut past = Past::begin(&stage.admin, stage.workspace).await?;
    let mut costs: Vec<Vec<Cost>> = Vec::new();
    for size in sizes {
        past.grow(size).await?;
        let mut at_this_size = Vec::new();
        for (_, path) in lists() {
            at_this_size.push(read(&mut connection, &explained, &path).await?);
        }
        costs.push(at_this_size);
    }
    explained.end(&mut *stage.admin.acquire().await?).await?;
    let line = |(nth, (name, _)): (usize, (&str, String))| {
        let (few, many) = (&costs[0][nth], &costs[1][nth]);
        let note = format!("of the dearest of {} pages, with {} rows and {}; reads {}", many.pages, sizes[0], sizes[1], many.reads());
        let mut line = Line::plain(&format!("buffers of {name}"), many.buffers, "", Some(Target::AtMost(1.3)), note);
        line.reference = Some(Reference { name: format!("with {} rows", sizes[0]), measured: few.buffers });
        line.ratio = Some(many.buffers / few.buffers.max(1.0));
        line
    };
    Ok(lists().into_iter().enumerate().map(line).collect())
}

struct Cost {
    buffers: f64,
    pages: usize,
    reads: BTreeSet<String>,
}

impl Cost {
    fn reads(&self) -> String {
        self.reads.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
    }
}

/// The dearest of many pages, one after another; a list that ends, or has one page, is read again from its beginning.
async fn read(connection: &mut Connection, explained: &Explained, path: &str) -> Result<Cost> {
    let mut cost = Cost { buffers: 0.0, pages: PAGES, reads: BTreeSet::new() };
    let mut next = path.to_owned();
    // The first fills what Postgres keeps of its own tables.
    for page in 0..=PAGES {
        explained.take();
        let answer = connection.send("GET", &next, b"").await?.succeeded().with_context(|| next.clone())?.json()?;
        let plans = explained.take();
        if page > 0 {
            cost.buffers = plans.iter().map(|plan| plan.buffers as f64).sum::<f64>().max(cost.buffers);
            cost.reads.extend(plans.into_iter().flat_map(|plan| plan.reads));
        }
        let cursor = [&answer["next_cursor"], &answer["nextCursor"]].into_iter().find_map(Value::as_str);
        next = cursor.map_or_else(|| path.to_owned(), |cursor| format!("{path}&cursor={cursor}"));
    }
    Ok(cost)
}
