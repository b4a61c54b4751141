//! What one publish costs in counts, which are the same on any machine: statements on the wire, and records of the log.

use anyhow::Result;
use domain::canonical::MAX_BODY_BYTES;
use serde_json::json;
use sqlx::PgPool;

use super::client::Connection;
use super::configs;
use super::report::{Line, Target};
use super::rounds::median;
use super::stage::{Serving, Stage};
use super::wire_count::WireCount;

/// Publishes that prepare statements and fill caches before any counts.
const WARM_UP: usize = 2;
const COUNTED: usize = 5;

pub async fn measure(stage: &Stage<'_>) -> Result<Vec<Line>> {
    let wire = WireCount::before(&stage.database.app_url).await?;
    let gateway = stage.serve(Serving { database_url: wire.url().to_owned(), database_connections: 1, dispatching: false }).await?;
    let mut connection = Connection::open(gateway.address, &stage.token).await?;
    let log_is_readable = sqlx::raw_sql("CREATE EXTENSION IF NOT EXISTS pg_walinspect").execute(&stage.admin).await.is_ok();

    let mut lines = Vec::new();
    for (name, config) in [
        ("1 KB", configs::of_size(1024, 1)),
        ("4 MB", configs::of_size(MAX_BODY_BYTES - 64, 1)),
        ("1 event flow", configs::of_size(0, 1)),
        ("500 event flows", configs::of_size(0, 500)),
    ] {
        let slug = format!("shape-{}", name.to_lowercase().replace(' ', "-"));
        create(&mut connection, &slug, &config).await?;
        let mut counted = Vec::new();
        for base in 0..WARM_UP + COUNTED {
            edit(&mut connection, &slug, base).await?;
            counted.push(publish(&mut connection, stage, &wire, &slug, base, log_is_readable).await?);
        }
        let counted = counted.split_off(WARM_UP);
        let statements = median(counted.iter().map(|one| one.statements as f64));
        lines.push(Line::plain(&format!("statements of a publish, {name}"), statements, "", Some(Target::AtMost(1.0)), ""));
        if log_is_readable {
            let records = median(counted.iter().map(|one| one.records as f64));
            let bytes = median(counted.iter().map(|one| one.bytes as f64));
            let note = format!(
                "{bytes:.0} bytes without page images, at most {} records",
                counted.iter().map(|one| one.records).max().unwrap_or_default()
            );
            lines.push(Line::plain(&format!("log records of a publish, {name}"), records, "", Some(Target::AtMost(45.0)), note));
        } else {
            println!("log records are not counted: this Postgres has no pg_walinspect");
        }
    }
    Ok(lines)
}

async fn create(connection: &mut Connection, slug: &str, config: &str) -> Result<()> {
    let body = format!("{{\"slug\":\"{slug}\",\"name\":\"Shape\",\"config\":{}}}", configs::named(config));
    connection.post("/api/connectors", body.as_bytes()).await?.succeeded().map(drop)
}

async fn edit(connection: &mut Connection, slug: &str, number: usize) -> Result<()> {
    let patch = json!({"settings": {"variant": number.to_string()}}).to_string();
    connection.send("PATCH", &format!("/api/connectors/{slug}/draft"), patch.as_bytes()).await?.succeeded().map(drop)
}

struct Counted {
    statements: u64,
    records: i64,
    bytes: i64,
}

async fn publish(
    connection: &mut Connection,
    stage: &Stage<'_>,
    wire: &WireCount,
    slug: &str,
    base: usize,
    log_is_readable: bool,
) -> Result<Counted> {
    let (statements, from) = (wire.statements(), log_position(&stage.admin).await?);
    connection.post(&format!("/api/connectors/{slug}/publish"), format!("{{\"base_version\":{base}}}").as_bytes()).await?.succeeded()?;
    let (statements, to) = (wire.statements() - statements, log_position(&stage.admin).await?);
    let (records, bytes) = if log_is_readable { log_records(&stage.admin, &from, &to).await? } else { (0, 0) };
    Ok(Counted { statements, records, bytes })
}

pub async fn log_position(admin: &PgPool) -> Result<String> {
    Ok(sqlx::query_scalar("SELECT pg_current_wal_flush_lsn()::text").fetch_one(admin).await?)
}

/// Without what the server writes by itself: checkpoints and snapshots of running transactions.
async fn log_records(admin: &PgPool, from: &str, to: &str) -> Result<(i64, i64)> {
    Ok(sqlx::query_as(
        "SELECT count(*), coalesce(sum(record_length - fpi_length), 0)::bigint FROM pg_get_wal_records_info($1::pg_lsn, $2::pg_lsn)
          WHERE resource_manager NOT IN ('Standby', 'XLOG')",
    )
    .bind(from)
    .bind(to)
    .fetch_one(admin)
    .await?)
}
