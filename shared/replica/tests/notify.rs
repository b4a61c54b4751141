//! Every fleet's queue gets every message, and a notification is done only when all of them took it.

#![expect(clippy::unwrap_used, reason = "a test that can't go on should say where")]

mod support;

use aws_sdk_sqs::config::interceptors::FinalizerInterceptorContextMut;
use aws_sdk_sqs::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_sqs::error::BoxError;
use aws_sdk_sqs::operation::send_message_batch::SendMessageBatchOutput;
use aws_sdk_sqs::types::BatchResultErrorEntry;
use domain::digest::Digest;
use domain::identity::ResourceType;
use replica::{Event, Notification, Notifier, ReplicaError};
use support::{Stack, fresh, now, stack};

fn notification(stack: &Stack, version: i64) -> Notification {
    Notification {
        event_id: fresh(),
        event: Event::Published,
        epoch: 1,
        workspace_id: stack.workspace,
        resource_id: fresh(),
        resource_type: ResourceType::Connector,
        slug: "hubspot-crm".into(),
        version,
        digest: Digest::of(b"{}"),
        published_at: now(),
        trace: None,
    }
}

/// Takes messages until there are as many as expected.
async fn received(stack: &Stack, queue: &str, expected: usize) -> Vec<Notification> {
    let mut all = Vec::new();
    while all.len() < expected {
        let answer = stack.sqs.receive_message().queue_url(queue).max_number_of_messages(10).wait_time_seconds(5).send().await.unwrap();
        let messages = answer.messages.unwrap_or_default();
        assert!(!messages.is_empty(), "{} of {expected} messages came", all.len());
        all.extend(messages.iter().map(|one| serde_json::from_str::<Notification>(one.body().unwrap()).unwrap()));
    }
    all.sort_by_key(|one| one.version);
    all
}

#[tokio::test]
async fn both_fleets_get_every_message() {
    let stack = stack().await;
    let (first, second) = (stack.queue().await, stack.queue().await);
    let notifier = Notifier::new(stack.sqs.clone(), vec![first.clone(), second.clone()]);
    let notifications: Vec<_> = (1..=23).map(|version| notification(&stack, version)).collect();

    let results = notifier.notify(&notifications).await;
    assert_eq!(results, vec![Ok(()); 23]);
    assert_eq!(received(&stack, &first, 23).await, notifications);
    assert_eq!(received(&stack, &second, 23).await, notifications);
}

#[tokio::test]
async fn a_queue_that_is_missing_fails_the_notification_and_the_other_queue_still_has_it() {
    let stack = stack().await;
    let queue = stack.queue().await;
    let notifier = Notifier::new(stack.sqs.clone(), vec![format!("{queue}-gone"), queue.clone()]);
    let notifications = [notification(&stack, 1)];

    let results = notifier.notify(&notifications).await;
    assert!(matches!(results[..], [Err(ReplicaError::Transient { .. })]), "{results:?}");
    assert_eq!(received(&stack, &queue, 1).await, notifications);
}

#[tokio::test]
async fn without_queues_there_is_nothing_to_do() {
    let stack = stack().await;
    let notifier = Notifier::new(stack.sqs.clone(), vec![]);
    assert_eq!(notifier.notify(&[notification(&stack, 1)]).await, [Ok(())]);
    assert_eq!(notifier.notify(&[]).await, []);
}

/// SQS takes a batch and refuses one message of it.
#[derive(Debug)]
struct RefusesOne(&'static str);

impl Intercept for RefusesOne {
    fn name(&self) -> &'static str {
        "RefusesOne"
    }

    fn modify_before_completion(
        &self,
        context: &mut FinalizerInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some(Ok(output)) = context.output_or_error_mut() else { return Ok(()) };
        let output = output.downcast_mut::<SendMessageBatchOutput>().ok_or("another output")?;
        let refused = BatchResultErrorEntry::builder().id(self.0).code("RequestThrottled").sender_fault(false).build()?;
        output.successful.retain(|entry| entry.id != self.0);
        output.failed.push(refused);
        Ok(())
    }
}

#[tokio::test]
async fn only_the_message_that_one_queue_refused_fails() {
    let stack = stack().await;
    let queues = vec![stack.queue().await, stack.queue().await];
    let config = stack.sqs.config().to_builder().interceptor(RefusesOne("2")).build();
    let notifier = Notifier::new(aws_sdk_sqs::Client::from_conf(config), queues);
    let results = notifier.notify(&[1, 2, 3, 4].map(|version| notification(&stack, version))).await;
    assert!(matches!(results[..], [Ok(()), Ok(()), Err(ReplicaError::Throttled { .. }), Ok(())]), "{results:?}");
}
