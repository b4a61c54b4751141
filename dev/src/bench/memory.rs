//! Memory of the process that serves, which here is this one: its load generator and all are counted in.

use anyhow::{Context as _, Result};
use domain::canonical::MAX_BODY_BYTES;
use serde_json::{Value, json};
use uuid::Uuid;

use super::client::Connection;
use super::configs;
use super::lag::until_readable;
use super::report::Line;
use super::stage::{Serving, Stage};

/// What the kernel knows of us, in MB: now, and at most. `None` where there is no /proc.
#[derive(Debug, Clone, Copy)]
pub struct Resident {
    now: f64,
    peak: f64,
}

/// Once a gateway and its dispatcher have answered.
pub async fn resident(stage: &Stage<'_>) -> Result<Option<Resident>> {
    let gateway = stage.serve(Serving::dispatching(stage)).await?;
    Connection::open(gateway.address, &stage.token).await?;
    Ok(read())
}

/// At rest before any other row, after all of them, and at most while the largest config is drafted, published and replicated.
pub async fn measure(stage: &Stage<'_>, resting: Option<Resident>) -> Result<Vec<Line>> {
    let (Some(resting), Some(after)) = (resting, read()) else {
        println!("memory is not measured: this system has no /proc/self/status");
        return Ok(Vec::new());
    };
    let gateway = stage.serve(Serving::dispatching(stage)).await?;
    let mut connection = Connection::open(gateway.address, &stage.token).await?;
    let body = format!(r#"{{"slug":"largest","name":"Largest","config":{}}}"#, configs::named(&configs::of_size(MAX_BODY_BYTES, 1)));
    // Makes the peak begin anew; where that is refused, the peak of all rows stands.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    let created = connection.post("/api/connectors", body.as_bytes()).await?.succeeded()?;
    drop(body);
    let resource: Uuid = serde_json::from_value(created.json()?["id"].clone()).context("a connector was made without an id")?;
    for (base, variant) in [(0, "1st......"), (1, "2nd......")] {
        let patch: Value = json!({"settings": {"variant": variant}});
        connection.send("PATCH", "/api/connectors/largest/draft", patch.to_string().as_bytes()).await?.succeeded()?;
        connection.post("/api/connectors/largest/publish", json!({"base_version": base}).to_string().as_bytes()).await?.succeeded()?;
        until_readable(stage, resource, base + 1).await?;
    }
    let largest = read().unwrap_or(after);
    let plain = |name: &str, value, note: &str| Line::plain(name, value, "MB", None, note);
    Ok(vec![
        plain("memory at rest", resting.now, "gateway, dispatcher and this load generator in one process"),
        plain("memory after the other rows", after.now, &format!("{:.0} MB at most", after.peak)),
        plain(
            "memory with a 4 MiB config",
            largest.peak,
            &format!("at most, through draft, publish and replica; {:.0} MB after", largest.now),
        ),
    ])
}

fn read() -> Option<Resident> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let megabytes = |label: &str| {
        let kilobytes: f64 = status.lines().find_map(|line| line.strip_prefix(label))?.split_ascii_whitespace().next()?.parse().ok()?;
        Some(kilobytes / 1024.0)
    };
    Some(Resident { now: megabytes("VmRSS:")?, peak: megabytes("VmHWM:")? })
}
