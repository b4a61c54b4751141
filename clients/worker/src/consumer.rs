//! Taking the fleet's notifications from its queue.

use std::sync::Arc;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{DeleteMessageBatchRequestEntry, Message, MessageSystemAttributeName};
use replica::{Jitter, Notification, ReplicaError, Trace};
use tokio::sync::watch;

use crate::DynamoConfigStore;
use crate::shutdown::asked;

/// SQS's longest long poll: the fewest empty receives.
const WAIT_SECONDS: i32 = 20;
const MESSAGES: i32 = 10;

/// Receives notifications, hands them to the store, and deletes those that it took.
///
/// A message that the store could not follow, or that can't be read, is left alone: it comes again after the queue's
/// visibility timeout, and the queue's redrive policy puts what never succeeds where a person sees it. Deleting it would hide that
/// a publisher speaks a language that this worker doesn't know. Nothing waits for it: the poll brings the version anyway.
pub struct Consumer {
    sqs: Client,
    queue_url: String,
    store: Arc<DynamoConfigStore>,
    jitter: Jitter,
}

/// What one step did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Asked to stop while waiting for messages.
    Stopped,
    /// No message came.
    Idle,
    /// Messages came: so many were taken and deleted, so many left for later.
    Handled { taken: usize, left: usize },
}

impl Consumer {
    /// `sqs` should come from [`replica::aws::sqs_long_poll`], whose timeouts outlast a long poll.
    pub fn new(sqs: Client, queue_url: impl Into<String>, store: Arc<DynamoConfigStore>, jitter: Jitter) -> Self {
        Self { sqs, queue_url: queue_url.into(), store, jitter }
    }

    /// Steps until asked to stop; messages that are in hand then are finished first.
    pub async fn run(&self, mut shutdown: watch::Receiver<bool>) {
        let mut failures = 0;
        loop {
            match self.step(&mut shutdown).await {
                Ok(Step::Stopped) => return,
                Ok(_) => failures = 0,
                Err(error) => {
                    tracing::warn!(queue = self.queue_url, %error, "no notifications for now; the poll goes on");
                    tokio::select! {
                        () = asked(&mut shutdown) => return,
                        () = tokio::time::sleep(self.jitter.backoff(failures)) => failures += 1,
                    }
                }
            }
        }
    }

    /// Waits for messages, up to 20 s, and handles them.
    pub async fn step(&self, shutdown: &mut watch::Receiver<bool>) -> Result<Step, ReplicaError> {
        let receive = self.sqs.receive_message().queue_url(&self.queue_url).max_number_of_messages(MESSAGES);
        let receive = receive.wait_time_seconds(WAIT_SECONDS).message_system_attribute_names(MessageSystemAttributeName::AwsTraceHeader);
        let answer = tokio::select! {
            biased;
            () = asked(shutdown) => return Ok(Step::Stopped),
            answer = receive.send() => answer.map_err(|error| ReplicaError::from_sdk("receiving notifications", error))?,
        };
        let messages = answer.messages.unwrap_or_default();
        if messages.is_empty() {
            return Ok(Step::Idle);
        }
        let mut taken = Vec::new();
        for message in &messages {
            if self.take(message).await {
                taken.extend(message.receipt_handle());
            }
        }
        self.delete(&taken).await?;
        Ok(Step::Handled { taken: taken.len(), left: messages.len() - taken.len() })
    }

    /// Whether the store has taken what the message says.
    async fn take(&self, message: &Message) -> bool {
        let id = message.message_id();
        let notification = match serde_json::from_str::<Notification>(message.body().unwrap_or_default()) {
            Ok(notification) => Notification { trace: replica::trace::of_received(message), ..notification },
            Err(error) => {
                tracing::error!(queue = self.queue_url, id, %error, "a message is no notification");
                return false;
            }
        };
        let Notification { event_id, slug, version, .. } = &notification;
        let trace = notification.trace.as_ref().map(Trace::id);
        match self.store.on_notification(&notification).await {
            Ok(taken) => {
                tracing::info!(id, %event_id, slug, version, trace, ?taken, "a notification");
                true
            }
            Err(error) => {
                tracing::warn!(id, %event_id, slug, version, trace, %error, "a notification waits for its next receive");
                false
            }
        }
    }

    /// A message that isn't deleted comes again, and is then known: so single failures need no more than a line in the log.
    async fn delete(&self, receipts: &[&str]) -> Result<(), ReplicaError> {
        const OPERATION: &str = "deleting notifications";
        if receipts.is_empty() {
            return Ok(());
        }
        let entry = |(index, receipt): (usize, &&str)| {
            DeleteMessageBatchRequestEntry::builder().id(index.to_string()).receipt_handle(*receipt).build()
        };
        let entries: Result<Vec<_>, _> = receipts.iter().enumerate().map(entry).collect();
        let entries = entries.map_err(|error| ReplicaError::Permanent { operation: OPERATION, cause: error.to_string() })?;
        let answer = self.sqs.delete_message_batch().queue_url(&self.queue_url).set_entries(Some(entries)).send().await;
        for failed in answer.map_err(|error| ReplicaError::from_sdk(OPERATION, error))?.failed {
            tracing::warn!(queue = self.queue_url, code = failed.code, message = failed.message, "a message was taken and not deleted");
        }
        Ok(())
    }
}
