//! Publishing many connectors, 16 clients at a time: over HTTP, and by the bare function.

use anyhow::{Result, ensure};

use super::CLIENTS;
use super::bare::Bare;
use super::pool::Pool;
use super::report::Line;
use super::rounds::{ROUNDS, Rate, Rounds, connections, together};
use super::stage::{Server, Serving, Stage};

const PREFIX: &str = "many";
const BYTES: usize = 4096;
/// About what two cores publish over HTTP.
const PER_CLIENT_AND_SECOND: usize = 60;

/// Every round publishes each connector once, by one variant and then by the other.
pub async fn measure(stage: &Stage<'_>, seconds: u32) -> Result<Vec<Line>> {
    let per_client = PER_CLIENT_AND_SECOND * usize::try_from(seconds)?;
    let pool = Pool::seed(stage, PREFIX, CLIENTS * per_client, BYTES).await?;
    let server = stage.serve(Serving::plain(stage)).await?;
    let bare = Bare::find(stage).await?;
    let mut rounds = Rounds::default();
    let mut version = 0;
    // The first, which fills caches and opens connections, doesn't count.
    for round in 0..=ROUNDS {
        let ours = over_http(&server, &stage.token, per_client, version).await?;
        version += 1;
        pool.expect_all_at(version).await?;
        pool.edit_all().await?;
        let reference = bare.publish(PREFIX, per_client, version).await?;
        version += 1;
        pool.expect_all_at(version).await?;
        pool.edit_all().await?;
        if round > 0 {
            rounds.add(ours, reference);
        }
    }
    let note = format!("{CLIENTS} clients, {} connectors of {BYTES} bytes", pool.count);
    Ok(vec![rounds.line("publish over HTTP", bare.name(), 0.5, note)])
}

async fn over_http(server: &Server, token: &str, per_client: usize, base: i32) -> Result<Rate> {
    let clients = connections(server.address, token).await?;
    let (took, _) = together(clients, |client, mut connection| async move {
        for n in client * per_client + 1..=(client + 1) * per_client {
            let answer = connection
                .post(&format!("/api/connectors/{PREFIX}-{n}/publish"), format!("{{\"base_version\":{base}}}").as_bytes())
                .await?;
            ensure!(answer.status == 200, "a publish was answered {}: {}", answer.status, String::from_utf8_lossy(&answer.body));
        }
        Ok(())
    })
    .await?;
    Ok(Rate { count: (CLIENTS * per_client) as f64, seconds: took.as_secs_f64() })
}
