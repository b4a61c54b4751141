//! One connector that all clients roll back and forth at once: who comes too late is refused and tries again.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::json;

use super::CLIENTS;
use super::bare::Bare;
use super::pool::Pool;
use super::report::Line;
use super::rounds::{ROUNDS, Rate, Rounds, connections, together};
use super::stage::{Server, Serving, Stage};

const PREFIX: &str = "hot";
const SLUG: &str = "hot-1";

/// Successes count, as the database has them.
pub async fn measure(stage: &Stage<'_>, seconds: u32) -> Result<Vec<Line>> {
    let pool = Pool::seed(stage, PREFIX, 1, 4096).await?;
    let server = stage.serve(Serving::plain(stage)).await?;
    for base in 0..2 {
        let publish = json!({"base_version": base}).to_string();
        connections(server.address, &stage.token).await?[0]
            .post(&format!("/api/connectors/{SLUG}/publish"), publish.as_bytes())
            .await?
            .succeeded()?;
        pool.edit_all().await?;
    }
    let bare = Bare::find(stage).await?;
    let mut rounds = Rounds::default();
    let (mut refused, mut minted) = (0.0, 0.0);
    for round in 0..=ROUNDS {
        stage.tidy().await?;
        let before = active_version(stage).await?;
        let (took, told) = over_http(&server, &stage.token, before, seconds).await?;
        let between = active_version(stage).await?;
        ensure!(
            told.minted == i64::from(between - before),
            "{} rollbacks were answered 200 and {} versions were made",
            told.minted,
            between - before
        );
        stage.tidy().await?;
        let attempts = bare.roll_back(SLUG, between, seconds).await?;
        let after = active_version(stage).await?;
        if round > 0 {
            rounds.add(
                Rate { count: f64::from(between - before), seconds: took.as_secs_f64() },
                Rate { count: f64::from(after - between), seconds: attempts.seconds },
            );
            refused += told.refused as f64;
            minted += told.minted as f64;
        }
    }
    expect_no_lost_update(stage).await?;
    let note = format!("{CLIENTS} clients on one connector, {:.1} refusals a success, no lost update", refused / minted);
    Ok(vec![rounds.line("rollbacks of one connector", bare.name(), 0.6, note)])
}

struct Told {
    minted: i64,
    refused: i64,
}

async fn over_http(server: &Server, token: &str, base: i32, seconds: u32) -> Result<(Duration, Told)> {
    let clients = connections(server.address, token).await?;
    let until = Instant::now() + Duration::from_secs(seconds.into());
    let (took, told) = together(clients, |_, mut connection| async move {
        let (mut base, mut told) = (i64::from(base), Told { minted: 0, refused: 0 });
        while Instant::now() < until {
            let body = format!("{{\"base_version\":{base},\"version\":{}}}", 1 + base % 2);
            let answer = connection.post(&format!("/api/connectors/{SLUG}/rollback"), body.as_bytes()).await?;
            let member = match answer.status {
                200 => "version",
                409 => "active_version",
                other => bail!("a rollback was answered {other}: {}", String::from_utf8_lossy(&answer.body)),
            };
            base = answer.json()?[member].as_i64().with_context(|| format!("an answer without {member}"))?;
            told.minted += i64::from(answer.status == 200);
            told.refused += i64::from(answer.status == 409);
        }
        Ok(told)
    })
    .await?;
    let told = told
        .into_iter()
        .fold(Told { minted: 0, refused: 0 }, |sum, one| Told { minted: sum.minted + one.minted, refused: sum.refused + one.refused });
    Ok((took, told))
}

async fn active_version(stage: &Stage<'_>) -> Result<i32> {
    Ok(sqlx::query_scalar("SELECT v.version FROM resources r JOIN resource_versions v ON v.id = r.published_version_id WHERE r.slug = $1")
        .bind(SLUG)
        .fetch_one(&stage.owner)
        .await?)
}

/// Without a gap, and each rollback took back what was active before it.
async fn expect_no_lost_update(stage: &Stage<'_>) -> Result<()> {
    let (versions, newest, wrong): (i64, i32, i64) = sqlx::query_as(
        "SELECT count(*), max(v.version), count(*) FILTER (WHERE (v.version % 2 = 1) <> (v.digest = p.a))
           FROM resource_versions v JOIN resources r ON r.id = v.resource_id JOIN bench_pool p ON p.resource_id = r.id WHERE r.slug = $1 AND v.version IS NOT NULL",
    )
    .bind(SLUG)
    .fetch_one(&stage.owner)
    .await?;
    ensure!(
        versions == i64::from(newest) && wrong == 0,
        "updates were lost: {versions} versions up to {newest}, {wrong} of them out of turn"
    );
    Ok(())
}
