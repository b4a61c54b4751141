//! The fleet's queue: what was taken is deleted, what wasn't is left, and stopping is quick.

#![expect(clippy::unwrap_used, reason = "a test that can't go on should say where")]

mod support;

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_sqs::types::QueueAttributeName;
use replica::Notifier;
use support::{DEADLINE, Stack, fresh, noise, notification, stack};
use tokio::sync::{mpsc, watch};
use worker::{Consumer, Jitter, Step};

fn consumer(stack: &Stack, queue: &str) -> Consumer {
    Consumer::new(stack.sqs.clone(), queue, stack.store.clone(), Jitter::seeded(9))
}

/// Messages in the queue: (waiting, received and not deleted).
async fn counts(stack: &Stack, queue: &str) -> (String, String) {
    let names = [QueueAttributeName::ApproximateNumberOfMessages, QueueAttributeName::ApproximateNumberOfMessagesNotVisible];
    let answer = stack.sqs.get_queue_attributes().queue_url(queue).set_attribute_names(Some(names.to_vec())).send().await;
    let attributes = answer.unwrap().attributes.unwrap();
    (attributes[&names[0]].clone(), attributes[&names[1]].clone())
}

#[tokio::test]
async fn a_message_is_deleted_once_the_store_took_it() {
    let stack = stack().await;
    let queue = stack.queue().await;
    let resource = fresh();
    stack.publish(resource, 1, noise(20_000, 1)).await;
    stack.store.get_by_id(stack.workspace, resource).await.unwrap();
    let newer = stack.publish(resource, 2, noise(20_000, 2)).await;
    Notifier::new(stack.sqs.clone(), vec![queue.clone()]).notify(&[notification(&newer)]).await.remove(0).unwrap();

    let (_stop, mut stopped) = watch::channel(false);
    let step = consumer(&stack, &queue).step(&mut stopped).await.unwrap();
    assert_eq!(step, Step::Handled { taken: 1, left: 0 });
    assert_eq!(stack.store.held(stack.workspace, resource).unwrap().version, 2);
    assert_eq!(counts(&stack, &queue).await, ("0".into(), "0".into()));
}

#[tokio::test]
async fn what_can_not_be_read_or_followed_is_left_for_the_redrive_policy() {
    let stack = stack().await;
    let queue = stack.queue().await;
    let resource = fresh();
    stack.publish(resource, 1, "{}").await;
    stack.store.get_by_id(stack.workspace, resource).await.unwrap();
    let unwritten = serde_json::to_string(&notification(&stack.publication(resource, 2, "[]"))).unwrap();
    for body in [unwritten.as_str(), r#"{"event":"something else"}"#] {
        stack.sqs.send_message().queue_url(&queue).message_body(body).send().await.unwrap();
    }
    let (_stop, mut stopped) = watch::channel(false);
    let mut left = 0;
    while left < 2 {
        match consumer(&stack, &queue).step(&mut stopped).await.unwrap() {
            Step::Handled { taken: 0, left: more } => left += more,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(counts(&stack, &queue).await, ("0".into(), "2".into()));
}

#[tokio::test]
async fn it_stops_in_the_middle_of_a_long_poll() {
    let stack = stack().await;
    let queue = stack.queue().await;
    let consumer = consumer(&stack, &queue);
    let (stop, stopped) = watch::channel(false);
    let running = tokio::spawn(async move { consumer.run(stopped).await });
    stop.send(true).unwrap();
    tokio::time::timeout(Duration::from_secs(5), running).await.unwrap().unwrap();
}

#[tokio::test]
async fn the_example_worker_prints_a_line_a_change() {
    let stack = stack().await;
    let queue = stack.queue().await;
    let resource = fresh();
    let (prints, mut printed) = mpsc::unbounded_channel();
    let (stop, stopped) = watch::channel(false);
    let names = BTreeMap::from([(stack.workspace, "acme".to_owned())]);
    // A poll in an hour: what comes after the first one comes by notification.
    let example =
        worker::run_example(stack.store.clone(), Some(consumer(&stack, &queue)), names, Duration::from_secs(3600), stopped, move |line| {
            prints.send(line.to_owned()).unwrap()
        });
    let mut first = stack.publication(resource, 1, "{}");
    first.slug = "hubspot-crm".into();
    stack.replica.write(&first).await.unwrap();
    let running = tokio::spawn(example);
    let mut next = async || tokio::time::timeout(DEADLINE, printed.recv()).await.unwrap().unwrap();
    assert_eq!(next().await, "worker: acme/hubspot-crm now runs version 1 (digest 44136fa3, 2 event flows, archived: no)");

    let mut second = first.clone();
    (second.version, second.archived) = (2, true);
    stack.replica.write(&second).await.unwrap();
    let notifier = Notifier::new(stack.sqs.clone(), vec![queue]);
    notifier.notify(&[notification(&second)]).await.remove(0).unwrap();
    assert_eq!(next().await, "worker: acme/hubspot-crm now runs version 2 (digest 44136fa3, 2 event flows, archived: yes)");

    let mut flow = stack.flow(fresh(), 1, "{}");
    flow.slug = "hubspot-crm".into();
    stack.replica.write(&flow).await.unwrap();
    notifier.notify(&[notification(&flow)]).await.remove(0).unwrap();
    assert_eq!(next().await, "worker: acme/hubspot-crm now runs version 1 (flow, digest 44136fa3, archived: no)");

    stop.send(true).unwrap();
    tokio::time::timeout(Duration::from_secs(5), running).await.unwrap().unwrap();
}
