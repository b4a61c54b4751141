//! The references: `mint_version` and `record_run` called with nothing around them, by pgbench where it lies beside the server's programs.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use domain::digest::Digest;
use reqwest::Url;
use serde_json::{Value, json};
use sqlx::{Connection as _, PgConnection};
use tokio::process::Command;
use uuid::Uuid;

use super::CLIENTS;
use super::rounds::{Rate, together};
use super::stage::Stage;
use crate::tools;

/// A caller of the bare function, with the same secret as the requests.
pub struct Bare {
    pgbench: Option<PathBuf>,
    database_url: String,
    secret: Digest,
    script: PathBuf,
}

/// Each client publishes its own connectors, one after another. `format` makes the items that a handler would.
const PUBLISH: &str = r#"\set i :i + 1
\set n :client_id * :per + :i
SELECT mint_version(:secret, NULL, 'publish', 'connector', format('[{"ref": "%s-%s", "base_version": %s}]', :prefix::text, :n::text, :base::text)::jsonb, NULL, NULL, NULL, NULL, NULL, NULL, 'bench');
"#;

/// Versions 1 and 2 in turn: odd ones hold what 1 does. A refusal names the active version, and the next try builds on it.
const ROLL_BACK: &str = r#"\set version 1 + :base % 2
SELECT coalesce(a #>> '{items,0,version}', a #>> '{items,0,active_version}')::int AS base FROM mint_version(:secret, NULL, 'rollback', 'connector', format('[{"ref": "%s", "base_version": %s, "version": %s}]', :slug::text, :base::text, :version::text)::jsonb, NULL, NULL, NULL, NULL, NULL, NULL, 'bench') AS a \gset
"#;

const RECORD: &str = "SELECT record_run(:workspace, :version, true, 'succeeded', 25, :input, :output, NULL, NULL);\n";

impl Bare {
    pub async fn find(stage: &Stage<'_>) -> Result<Bare> {
        let folder: String = sqlx::query_scalar("SELECT setting FROM pg_config WHERE name = 'BINDIR'").fetch_one(&stage.admin).await?;
        Ok(Bare {
            pgbench: Some(Path::new(&folder).join("pgbench")).filter(|program| program.is_file()),
            database_url: stage.database.app_url.clone(),
            secret: Digest::of(stage.token.as_bytes()),
            script: stage.home.path("pgbench.sql"),
        })
    }

    pub fn name(&self) -> &'static str {
        if self.pgbench.is_some() { "pgbench" } else { "sqlx alone (no pgbench beside this Postgres)" }
    }

    /// Each client publishes `per_client` connectors of the prefix, all of which are at version `base`.
    pub async fn publish(&self, prefix: &'static str, per_client: usize, base: i32) -> Result<Rate> {
        if let Some(program) = &self.pgbench {
            let given = [("i", "0".to_owned()), ("per", per_client.to_string()), ("prefix", prefix.to_owned()), ("base", base.to_string())];
            return self.pgbench(program, PUBLISH, &given, ["-t", &per_client.to_string()]).await;
        }
        let (took, _) = together(self.callers().await?, |client, mut caller| async move {
            for n in client * per_client + 1..=(client + 1) * per_client {
                caller.mint("publish", json!([{"ref": format!("{prefix}-{n}"), "base_version": base}])).await?;
            }
            Ok(())
        })
        .await?;
        Ok(Rate { count: (CLIENTS * per_client) as f64, seconds: took.as_secs_f64() })
    }

    /// All clients roll one connector back and forth. The rate is of attempts, refused ones too.
    pub async fn roll_back(&self, slug: &'static str, base: i32, seconds: u32) -> Result<Rate> {
        if let Some(program) = &self.pgbench {
            let given = [("slug", slug.to_owned()), ("base", base.to_string())];
            return self.pgbench(program, ROLL_BACK, &given, ["-T", &seconds.to_string()]).await;
        }
        let until = Instant::now() + Duration::from_secs(seconds.into());
        let (took, attempts) = together(self.callers().await?, |_, mut caller| async move {
            let (mut base, mut attempts) = (i64::from(base), 0u32);
            while Instant::now() < until {
                let answer = caller.mint("rollback", json!([{"ref": slug, "base_version": base, "version": 1 + base % 2}])).await?;
                let item = &answer["items"][0];
                base = item["version"].as_i64().or(item["active_version"].as_i64()).context("a rollback that was refused for good")?;
                attempts += 1;
            }
            Ok(attempts)
        })
        .await?;
        Ok(Rate { count: attempts.into_iter().sum::<u32>().into(), seconds: took.as_secs_f64() })
    }

    /// All clients record runs of one version.
    pub async fn record_runs(&self, workspace: Uuid, version: i64, input: &Value, output: &Value, seconds: u32) -> Result<Rate> {
        if let Some(program) = &self.pgbench {
            let given = [
                ("workspace", workspace.to_string()),
                ("version", version.to_string()),
                ("input", input.to_string()),
                ("output", output.to_string()),
            ];
            return self.pgbench(program, RECORD, &given, ["-T", &seconds.to_string()]).await;
        }
        let until = Instant::now() + Duration::from_secs(seconds.into());
        let (took, recorded) = together(self.callers().await?, |_, mut caller| {
            let (input, output) = (input.clone(), output.clone());
            async move {
                let mut recorded = 0u32;
                while Instant::now() < until {
                    caller.record(workspace, version, &input, &output).await?;
                    recorded += 1;
                }
                Ok(recorded)
            }
        })
        .await?;
        Ok(Rate { count: recorded.into_iter().sum::<u32>().into(), seconds: took.as_secs_f64() })
    }

    async fn pgbench(&self, program: &Path, script: &str, variables: &[(&str, String)], extent: [&str; 2]) -> Result<Rate> {
        tokio::fs::write(&self.script, script).await?;
        let url = Url::parse(&self.database_url)?;
        let mut command = Command::new(program);
        command.env_clear().env("PGPASSWORD", url.password().unwrap_or_default()).env("PGSSLMODE", "disable");
        command.args(["-n", "-M", "prepared", "-j", "2", "-c", &CLIENTS.to_string(), "-f"]).arg(&self.script).args(extent);
        command.args(["-h", url.host_str().unwrap_or_default(), "-p", &url.port().unwrap_or(5432).to_string(), "-U", url.username()]);
        command.arg("-D").arg(format!("secret=\\x{}", self.secret));
        for (name, value) in variables {
            command.arg("-D").arg(format!("{name}={value}"));
        }
        command.arg(url.path().trim_start_matches('/'));
        let printed = tools::run(command).await?;
        let number = |label: &str| {
            let rest = printed.lines().find_map(|line| line.strip_prefix(label))?;
            rest.split(|c: char| c != '.' && !c.is_ascii_digit()).next()?.parse::<f64>().ok()
        };
        let count =
            number("number of transactions actually processed: ").with_context(|| format!("pgbench printed no count: {printed}"))?;
        let per_second = number("tps = ").with_context(|| format!("pgbench printed no rate: {printed}"))?;
        Ok(Rate { count, seconds: count / per_second })
    }

    async fn callers(&self) -> Result<Vec<Caller>> {
        let mut callers = Vec::with_capacity(CLIENTS);
        for _ in 0..CLIENTS {
            callers.push(Caller { connection: PgConnection::connect(&self.database_url).await?, secret: self.secret });
        }
        Ok(callers)
    }
}

struct Caller {
    connection: PgConnection,
    secret: Digest,
}

impl Caller {
    async fn record(&mut self, workspace: Uuid, version: i64, input: &Value, output: &Value) -> Result<()> {
        sqlx::query("SELECT record_run($1, $2, true, 'succeeded', 25, $3::json, $4::json, NULL, NULL)")
            .bind(workspace)
            .bind(version)
            .bind(input)
            .bind(output)
            .execute(&mut self.connection)
            .await?;
        Ok(())
    }

    async fn mint(&mut self, operation: &str, items: Value) -> Result<Value> {
        Ok(sqlx::query_scalar("SELECT mint_version($1, NULL, $2, 'connector', $3, NULL, NULL, NULL, NULL, NULL, NULL, 'bench')")
            .bind(self.secret.as_bytes())
            .bind(operation)
            .bind(items)
            .fetch_one(&mut self.connection)
            .await?)
    }
}
