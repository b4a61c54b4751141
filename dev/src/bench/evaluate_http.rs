//! Evaluating over HTTP, 16 clients at a time, with every run in the database when its answer comes; recording runs by the bare
//! function; and, for the record, a Node server that evaluates the same graph and records nothing.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use serde_json::json;

use super::CLIENTS;
use super::bare::Bare;
use super::evaluate::{RULES, order, table};
use super::node::NodeServer;
use super::report::Line;
use super::rounds::{ROUNDS, Rate, Rounds, connections, median, together};
use super::stage::{Serving, Stage};

const SLUG: &str = "fees";

pub async fn measure(stage: &Stage<'_>, seconds: u32) -> Result<Vec<Line>> {
    let node = NodeServer::start(stage.home, &table()).await?;
    let server = stage.serve(Serving::plain(stage)).await?;
    let version = publish(stage, server.address).await?;
    let bare = Bare::find(stage).await?;
    let (input, output) = (order(0), json!({"fee": 0, "carrier": "carrier-0"}));
    let (mut rounds, mut nodes) = (Rounds::default(), Vec::new());
    for round in 0..=ROUNDS {
        stage.tidy().await?;
        let before = recorded(stage).await?;
        let ours = over_http(server.address, &format!("/v1/evaluate/{SLUG}"), &stage.token, seconds).await?;
        let runs = recorded(stage).await? - before;
        ensure!(runs as f64 == ours.count, "{} evaluations were answered and {runs} recorded", ours.count);
        stage.tidy().await?;
        let reference = bare.record_runs(stage.workspace, version, &input, &output, seconds).await?;
        let without = over_http(node.address, "/", "", seconds).await?;
        if round > 0 {
            rounds.add(ours, reference);
            nodes.push(without.per_second());
        }
    }
    let note = format!("{CLIENTS} clients, {RULES} rules, every run committed before its answer");
    let for_the_record = format!("{CLIENTS} clients, the same graph, nothing recorded, nobody authenticated");
    Ok(vec![
        rounds.line("evaluate over HTTP", &format!("{} calling record_run", bare.name()), 0.4, note),
        Line::plain("node + @gorules/zen-engine", median(nodes.into_iter()), "/s", None, for_the_record),
    ])
}

/// The id of the version that decides from now on.
async fn publish(stage: &Stage<'_>, address: SocketAddr) -> Result<i64> {
    let mut connection = connections(address, &stage.token).await?.swap_remove(0);
    let flow = json!({"slug": SLUG, "name": "Fees", "graph": table()}).to_string();
    connection.post("/v1/flows", flow.as_bytes()).await?.succeeded()?;
    connection.post(&format!("/v1/flows/{SLUG}/publish"), br#"{"baseVersion":0}"#).await?.succeeded()?;
    let active = "SELECT published_version_id FROM resources WHERE workspace_id = $1 AND type = 'flow' AND slug = $2";
    Ok(sqlx::query_scalar(active).bind(stage.workspace).bind(SLUG).fetch_one(&stage.owner).await?)
}

async fn recorded(stage: &Stage<'_>) -> Result<i64> {
    Ok(sqlx::query_scalar("SELECT count(*) FROM runs").fetch_one(&stage.owner).await?)
}

/// Each client asks of one rule after another, and looks at every answer.
async fn over_http(address: SocketAddr, path: &str, token: &str, seconds: u32) -> Result<Rate> {
    let asked: Vec<(Vec<u8>, String)> =
        (0..RULES).map(|n| (order(n).to_string().into_bytes(), format!("\"carrier\":\"carrier-{n}\""))).collect();
    let clients = connections(address, token).await?;
    let until = Instant::now() + Duration::from_secs(seconds.into());
    let (took, counts) = together(clients, |client, mut connection| {
        let (asked, path) = (asked.clone(), path.to_owned());
        async move {
            let mut count = 0u32;
            for (body, carrier) in asked.iter().cycle().skip(client) {
                if Instant::now() > until {
                    break;
                }
                let answer = connection.post(&path, body).await?.succeeded()?;
                let text = String::from_utf8_lossy(&answer.body);
                ensure!(text.contains(carrier), "{} was answered {text}", String::from_utf8_lossy(body));
                count += 1;
            }
            Ok(count)
        }
    })
    .await?;
    Ok(Rate { count: counts.into_iter().sum::<u32>().into(), seconds: took.as_secs_f64() })
}
