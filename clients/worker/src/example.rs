//! A whole worker in miniature: it follows workspaces and prints what it would run.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use domain::identity::ResourceType;
use replica::Order;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use uuid::Uuid;

use crate::shutdown::asked;
use crate::{Config, Consumer, DynamoConfigStore};

/// Follows the workspaces, given with the names to print for them, and prints one line for each change until asked to stop.
/// Without a consumer it lives on the poll alone.
pub async fn run_example(
    store: Arc<DynamoConfigStore>,
    consumer: Option<Consumer>,
    workspaces: BTreeMap<Uuid, String>,
    poll_interval: Duration,
    shutdown: watch::Receiver<bool>,
    mut print: impl FnMut(&str),
) {
    workspaces.keys().for_each(|workspace| store.follow_workspace(*workspace));
    let mut changes = store.changes();
    let mut stop = shutdown.clone();
    let printing = async {
        let mut printed = HashMap::new();
        loop {
            let changed = tokio::select! {
                biased;
                () = asked(&mut stop) => return,
                changed = changes.recv() => changed,
            };
            let configs = match changed {
                Ok(config) => vec![config],
                Err(RecvError::Lagged(_)) => store.all_held(),
                Err(RecvError::Closed) => return,
            };
            for config in configs.into_iter().filter(|config| is_news(&mut printed, config)) {
                print(&line(&workspaces, &config));
            }
        }
    };
    let consuming = async {
        if let Some(consumer) = consumer {
            consumer.run(shutdown.clone()).await;
        }
    };
    tokio::join!(printing, consuming, store.run(poll_interval, shutdown.clone()));
}

/// After a lag, what was missed comes together with what was printed already, and what is in the channel still comes after it.
fn is_news(printed: &mut HashMap<(Uuid, Uuid), Order>, config: &Config) -> bool {
    let key = (config.workspace_id, config.resource_id);
    let news = printed.get(&key).is_none_or(|before| config.order() > *before);
    if news {
        printed.insert(key, config.order());
    }
    news
}

fn line(workspaces: &BTreeMap<Uuid, String>, config: &Config) -> String {
    let workspace = workspaces.get(&config.workspace_id).cloned().unwrap_or_else(|| config.workspace_id.to_string());
    let (slug, version, digest) = (&config.slug, config.version, config.digest);
    let about = match config.resource_type {
        ResourceType::Connector => {
            let flows = config.event_flows().len();
            let plural = if flows == 1 { "" } else { "s" };
            format!("digest {digest:.8}, {flows} event flow{plural}")
        }
        // A connector may have the same slug.
        ResourceType::Flow => format!("flow, digest {digest:.8}"),
    };
    let archived = if config.archived { "yes" } else { "no" };
    format!("worker: {workspace}/{slug} now runs version {version} ({about}, archived: {archived})")
}
