//! A worker runs the newest whole version that it could get, and never anything else.

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::interceptors::BeforeSerializationInterceptorContextRef;
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_sdk_dynamodb::operation::batch_get_item::BatchGetItemInput;
use domain::identity::ResourceType;
use support::{DEADLINE, fresh, noise, notification, now, stack};
use tokio::sync::watch;
use worker::{DynamoConfigStore, Jitter, Order, Poll, Replica, Taken};

#[tokio::test]
async fn a_config_is_found_by_slug_and_by_id_and_then_served_from_memory() {
    let stack = stack().await;
    let published = stack.publish(fresh(), 3, r#"{"settings":{"region":"eu"}}"#).await;
    let (workspace, resource) = (stack.workspace, published.resource_id);
    let config = stack.store.get(workspace, ResourceType::Connector, &published.slug).await.unwrap().unwrap();
    assert_eq!((config.version, config.epoch, config.digest, config.archived), (3, 1, published.digest, false));
    assert_eq!(config.value().unwrap()["settings"]["region"], "eu");

    stack.dynamo.delete_table().table_name(stack.replica.table()).send().await.unwrap();
    stack.store.get(workspace, ResourceType::Connector, &published.slug).await.unwrap().unwrap();
    stack.store.get_by_id(workspace, resource).await.unwrap().unwrap();
}

#[tokio::test]
async fn what_was_never_published_is_none() {
    let stack = stack().await;
    assert!(stack.store.get(stack.workspace, ResourceType::Flow, "nothing").await.unwrap().is_none());
    assert!(stack.store.get_by_id(stack.workspace, fresh()).await.unwrap().is_none());
}

#[tokio::test]
async fn an_event_is_routed_without_parsing_the_body() {
    let stack = stack().await;
    let published = stack.publish(fresh(), 1, "{}").await;
    let config = stack.store.get_by_id(stack.workspace, published.resource_id).await.unwrap().unwrap();
    let flow = config.event_flow("hubspot", "contact.deleted").unwrap();
    assert_eq!((flow.entity.as_str(), flow.action.as_str(), flow.enabled), ("contact", "delete", false));
    assert!(config.event_flow("hubspot", "contact").is_none());
    assert!(config.event_flow("stripe", "contact.deleted").is_none());
}

#[tokio::test]
async fn a_flow_is_served_beside_the_connector_of_its_slug() {
    let stack = stack().await;
    let connector = stack.publish(fresh(), 4, r#"{"settings":{}}"#).await;
    let mut flow = stack.flow(fresh(), 1, r#"{"edges":[],"nodes":[{"id":"in"}]}"#);
    flow.slug = connector.slug.clone();
    stack.replica.write(&flow).await.unwrap();
    let get = async |of: ResourceType| stack.store.get(stack.workspace, of, &flow.slug).await.unwrap().unwrap();
    let graph = get(ResourceType::Flow).await;
    assert_eq!((graph.resource_id, graph.resource_type, graph.version), (flow.resource_id, ResourceType::Flow, 1));
    assert_eq!((&graph.body, &graph.value().unwrap()["nodes"][0]["id"]), (&flow.body, &"in".into()));
    assert!(graph.event_flows().is_empty() && graph.event_flow("hubspot", "contact.created").is_none());
    let config = get(ResourceType::Connector).await;
    assert_eq!((config.resource_id, config.version, &config.body), (connector.resource_id, 4, &connector.body));
}

#[tokio::test]
async fn a_flow_is_kept_current_by_notifications_and_by_the_poll() {
    let stack = stack().await;
    let resource = fresh();
    stack.store.follow_workspace(stack.workspace);
    let publish = async |version: i64| {
        let flow = stack.flow(resource, version, noise(20_000, version as u64));
        stack.replica.write(&flow).await.unwrap();
        flow
    };
    publish(1).await;
    assert_eq!(stack.store.poll().await, Poll { followed: 1, changed: 1, failed: 0 });
    let second = publish(2).await;
    assert_eq!(stack.store.on_notification(&notification(&second)).await, Ok(Taken::Changed));
    assert_eq!(stack.store.held(stack.workspace, resource).unwrap().body, second.body);
    let mut archived = stack.flow(resource, 3, second.body.clone());
    archived.archived = true;
    stack.replica.write(&archived).await.unwrap();
    assert_eq!(stack.store.poll().await.changed, 1);
    let held = stack.store.held(stack.workspace, resource).unwrap();
    assert_eq!((held.version, held.archived, held.resource_type), (3, true, ResourceType::Flow));
}

#[tokio::test]
async fn a_poll_brings_what_no_notification_told() {
    let stack = stack().await;
    let resource = fresh();
    stack.publish(resource, 1, noise(20_000, 1)).await;
    stack.store.get_by_id(stack.workspace, resource).await.unwrap().unwrap();
    assert_eq!(stack.store.poll().await, Poll { followed: 1, changed: 0, failed: 0 });

    let newer = stack.publish(resource, 2, noise(20_000, 2)).await;
    assert_eq!(stack.store.poll().await, Poll { followed: 1, changed: 1, failed: 0 });
    let held = stack.store.held(stack.workspace, resource).unwrap();
    assert_eq!((held.version, &held.body), (2, &newer.body));
}

#[tokio::test]
async fn the_poll_loop_keeps_its_interval_and_stops_when_asked() {
    let stack = stack().await;
    let resource = fresh();
    stack.store.follow_workspace(stack.workspace);
    let mut changes = stack.store.changes();
    let (stop, stopped) = watch::channel(false);
    let store = stack.store.clone();
    let running = tokio::spawn(async move { store.run(Duration::from_millis(40), stopped).await });
    for version in 1..=3 {
        stack.publish(resource, version, noise(5_000, version as u64)).await;
        let seen = tokio::time::timeout(DEADLINE, changes.recv()).await.unwrap().unwrap();
        assert_eq!(seen.version, version);
    }
    stop.send(true).unwrap();
    tokio::time::timeout(DEADLINE, running).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_notification_brings_the_version_and_a_late_one_changes_nothing() {
    let stack = stack().await;
    let resource = fresh();
    let first = stack.publish(resource, 1, noise(20_000, 3)).await;
    assert_eq!(stack.store.on_notification(&notification(&first)).await, Ok(Taken::NotFollowed));
    stack.store.get_by_id(stack.workspace, resource).await.unwrap().unwrap();

    let second = stack.publish(resource, 2, noise(20_000, 4)).await;
    assert_eq!(stack.store.on_notification(&notification(&second)).await, Ok(Taken::Changed));
    for old in [&second, &first] {
        assert_eq!(stack.store.on_notification(&notification(old)).await, Ok(Taken::Known));
    }
    assert_eq!(stack.store.held(stack.workspace, resource).unwrap().version, 2);
}

#[tokio::test]
async fn a_notification_that_is_ahead_of_the_replica_is_tried_again() {
    let stack = stack().await;
    let resource = fresh();
    stack.publish(resource, 1, "{}").await;
    stack.store.get_by_id(stack.workspace, resource).await.unwrap().unwrap();
    let unwritten = stack.publication(resource, 2, "[]");
    stack.store.on_notification(&notification(&unwritten)).await.unwrap_err();
    assert_eq!(stack.store.held(stack.workspace, resource).unwrap().version, 1);
}

#[tokio::test]
async fn a_raised_epoch_wins_and_the_old_one_does_not_come_back() {
    let stack = stack().await;
    let resource = fresh();
    let lost = stack.publish(resource, 20, noise(20_000, 5)).await;
    stack.store.get_by_id(stack.workspace, resource).await.unwrap().unwrap();
    let mut adopted = stack.publication(resource, 18, noise(20_000, 6));
    adopted.epoch = 2;
    stack.replica.write(&adopted).await.unwrap();
    assert_eq!(stack.store.poll().await.changed, 1);
    assert_eq!(stack.store.on_notification(&notification(&lost)).await, Ok(Taken::Known));
    let held = stack.store.held(stack.workspace, resource).unwrap();
    assert_eq!((held.order(), &held.body), (Order { epoch: 2, version: 18 }, &adopted.body));
}

#[tokio::test]
async fn a_tombstone_is_seen_and_costs_no_second_load_of_the_same_body() {
    let stack = stack().await;
    let resource = fresh();
    let live = stack.publish(resource, 1, noise(900_000, 10)).await;
    stack.store.get_by_id(stack.workspace, resource).await.unwrap().unwrap();
    let mut archived = stack.publication(resource, 2, live.body.clone());
    archived.archived = true;
    stack.replica.write(&archived).await.unwrap();
    // A load would fail on this.
    stack.damage(resource, "V#0000000002#C#000").await;
    assert_eq!(stack.store.poll().await, Poll { followed: 1, changed: 1, failed: 0 });
    let held = stack.store.held(stack.workspace, resource).unwrap();
    assert_eq!((held.version, held.archived, &held.body), (2, true, &live.body));
    assert_eq!(held.event_flows().len(), 2);
}

#[tokio::test]
async fn a_followed_workspace_brings_what_it_gets_later_and_nobody_elses() {
    let stack = stack().await;
    let published = stack.publish(fresh(), 1, "{}").await;
    let mut stranger = stack.publication(fresh(), 1, "{}");
    stranger.workspace_id = fresh();
    stack.replica.write(&stranger).await.unwrap();
    stack.store.follow_workspace(stack.workspace);
    assert_eq!(stack.store.poll().await.changed, 1);

    let later = stack.publish(fresh(), 1, "[]").await;
    assert_eq!(stack.store.on_notification(&notification(&later)).await, Ok(Taken::Changed));
    let mut held: Vec<_> = stack.store.all_held().iter().map(|config| config.resource_id).collect();
    let mut expected = vec![published.resource_id, later.resource_id];
    held.sort();
    expected.sort();
    assert_eq!(held, expected);
}

/// Counts the batches that a client reads: one for a body, one for its manifest.
#[derive(Debug, Default, Clone)]
struct CountsReads(Arc<AtomicUsize>);

impl Intercept for CountsReads {
    fn name(&self) -> &'static str {
        "CountsReads"
    }

    fn read_before_serialization(
        &self,
        context: &BeforeSerializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let counts = context.input().downcast_ref::<BatchGetItemInput>().is_some();
        self.0.fetch_add(usize::from(counts), Ordering::Relaxed);
        Ok(())
    }
}

#[tokio::test]
async fn a_hundred_callers_of_a_cold_config_load_it_once() {
    let stack = stack().await;
    let published = stack.publish(fresh(), 1, noise(900_000, 13)).await;
    let reads = CountsReads::default();
    let config = stack.dynamo.config().to_builder().interceptor(reads.clone()).build();
    let counted = Replica::new(Client::from_conf(config), stack.replica.table(), Jitter::seeded(5));
    let store = DynamoConfigStore::new(counted, Jitter::seeded(6), Arc::new(now));
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let (store, workspace) = (store.clone(), stack.workspace);
        callers.spawn(async move { store.get_by_id(workspace, published.resource_id).await.unwrap().unwrap() });
    }
    let configs = callers.join_all().await;
    assert!(configs.iter().all(|config| Arc::ptr_eq(config, &configs[0])));
    assert_eq!(reads.0.load(Ordering::Relaxed), 2);
}
