//! Prints what a worker would run: `print_what_runs <table> <queue url | -> <workspace id>=<name>...`
//!
//! AWS is found as the SDK finds it: `AWS_REGION`, `AWS_ENDPOINT_URL`, credentials from the standard chain. With `-` for the
//! queue it lives on the poll alone. Ctrl-C stops it.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, Result};
use tokio::sync::watch;
use uuid::Uuid;
use worker::aws::{self, AwsSettings};
use worker::{Consumer, DEFAULT_POLL_INTERVAL, DynamoConfigStore, Jitter, Replica, run_example};

#[tokio::main]
async fn main() -> Result<()> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let mut arguments = std::env::args().skip(1);
    let (table, queue) = arguments.next().zip(arguments.next()).context("usage: print_what_runs <table> <queue url | -> <id>=<name>...")?;
    let workspaces = arguments.map(|argument| workspace(&argument)).collect::<Result<BTreeMap<_, _>>>()?;

    let aws = aws::sdk_config(&settings()).await;
    // Each process of a fleet needs a seed of its own.
    let jitter = Jitter::seeded(u64::from(std::process::id()));
    #[expect(clippy::disallowed_methods, reason = "main is where the clock comes from")]
    let clock = Arc::new(chrono::Utc::now);
    let store = DynamoConfigStore::new(Replica::new(aws::dynamo(&aws), table, jitter.clone()), jitter.clone(), clock);
    let consumer = (queue != "-").then(|| Consumer::new(aws::sqs_long_poll(&aws), queue, store.clone(), jitter));

    let (stop, stopped) = watch::channel(false);
    let example = run_example(store, consumer, workspaces, DEFAULT_POLL_INTERVAL, stopped, |line| println!("{line}"));
    let interrupted = async {
        tokio::signal::ctrl_c().await?;
        stop.send(true).context("it has stopped already")
    };
    tokio::join!(example, interrupted).1
}

fn workspace(argument: &str) -> Result<(Uuid, String)> {
    let (id, name) = argument.split_once('=').context("a workspace is <id>=<name>")?;
    Ok((id.parse()?, name.to_owned()))
}

#[expect(clippy::disallowed_methods, reason = "main is where the environment is read")]
fn settings() -> AwsSettings {
    AwsSettings {
        endpoint_url: std::env::var("AWS_ENDPOINT_URL").ok(),
        region: std::env::var("AWS_REGION").unwrap_or_else(|_| "us-east-1".into()),
        keys: None,
    }
}
