//! From the moment a client sends a publish until the replica shows that version to a consistent reader.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use replica::Read;
use uuid::Uuid;

use super::client::Connection;
use super::pool::Pool;
use super::report::{Line, Target};
use super::rounds::percentile;
use super::stage::{Serving, Stage};

const PREFIX: &str = "lag";
const CONNECTORS: usize = 100;
const PATIENCE: Duration = Duration::from_secs(10);

/// A first and a second version of each connector, one after another.
pub async fn measure(stage: &Stage<'_>) -> Result<Vec<Line>> {
    let pool = Pool::seed(stage, PREFIX, CONNECTORS, 4096).await?;
    let gateway = stage.serve(Serving::dispatching(stage)).await?;
    let mut connection = Connection::open(gateway.address, &stage.token).await?;
    let resources = pool.resources().await?;
    let mut waits = Vec::new();
    for base in 0..2 {
        for (n, resource) in (1..).zip(&resources) {
            waits.push(publish(&mut connection, stage, n, *resource, base).await?.as_secs_f64() * 1000.0);
        }
        pool.expect_all_at(base + 1).await?;
        pool.edit_all().await?;
    }
    // The first connects to everything.
    let waits = || waits[1..].iter().copied();
    let note = format!("{} publishes, the publish itself included", waits().count());
    Ok(vec![
        Line::plain("publish to replica, p50", percentile(waits(), 0.5), "ms", Some(Target::AtMost(50.0)), note.clone()),
        Line::plain("publish to replica, p99", percentile(waits(), 0.99), "ms", Some(Target::AtMost(500.0)), note),
    ])
}

async fn publish(connection: &mut Connection, stage: &Stage<'_>, n: usize, resource: Uuid, base: i32) -> Result<Duration> {
    let began = Instant::now();
    connection
        .post(&format!("/api/connectors/{PREFIX}-{n}/publish"), format!("{{\"base_version\":{base}}}").as_bytes())
        .await?
        .succeeded()?;
    until_readable(stage, resource, i64::from(base + 1)).await?;
    Ok(began.elapsed())
}

/// Looks again and again, without a pause, as nothing else tells the moment.
pub async fn until_readable(stage: &Stage<'_>, resource: Uuid, version: i64) -> Result<()> {
    let deadline = Instant::now() + PATIENCE;
    while stage.replica.current(stage.workspace, resource, Read::Consistent).await?.is_none_or(|current| current.version < version) {
        ensure!(Instant::now() < deadline, "version {version} of {resource} did not reach the replica within {PATIENCE:?}");
    }
    Ok(())
}
