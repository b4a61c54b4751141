//! Sending notifications to every fleet's queue.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::BuildError;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use domain::Trace;
use futures::future::join_all;

use crate::{Notification, ReplicaError, trace};

/// SQS's limit of a batch.
const MESSAGES: usize = 10;
/// SQS once took 256 KB a batch and now takes more; ours are far smaller either way.
const BATCH_BYTES: usize = 256 * 1024;
const OPERATION: &str = "notifying";

/// Sends to a fixed set of queues, one a fleet of workers. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Notifier {
    sqs: Client,
    queue_urls: Vec<String>,
}

type Sent = Vec<Result<(), ReplicaError>>;

struct Message<'a> {
    body: Result<String, ReplicaError>,
    trace: Option<&'a Trace>,
}

impl Message<'_> {
    fn of(notification: &Notification) -> Message<'_> {
        Message { body: serde_json::to_string(notification).map_err(|error| invalid(&error)), trace: notification.trace.as_ref() }
    }

    /// Its place in a batch; none without a body.
    fn entry(&self, index: usize) -> Option<Result<SendMessageBatchRequestEntry, BuildError>> {
        let body = self.body.as_ref().ok()?;
        let entry = SendMessageBatchRequestEntry::builder().id(index.to_string()).message_body(body);
        Some(entry.set_message_system_attributes(trace::of_sent(self.trace)).build())
    }
}

impl Notifier {
    pub fn new(sqs: Client, queue_urls: Vec<String>) -> Self {
        Self { sqs, queue_urls }
    }

    /// Sends all notifications to every queue. The answer has one result for each, in their order: `Ok` only when every
    /// queue took it. One that failed may be sent again whole: to a worker, a repeated notification is a hint that is out of date.
    pub async fn notify(&self, notifications: &[Notification]) -> Vec<Result<(), ReplicaError>> {
        let messages: Vec<_> = notifications.iter().map(Message::of).collect();
        let sizes: Vec<_> = messages.iter().map(|one| one.body.as_ref().map_or(0, String::len)).collect();
        let batches = batches(&sizes);
        let queues = join_all(self.queue_urls.iter().map(|queue| self.send_all(queue, &messages, &batches))).await;
        let mut results: Sent = messages.into_iter().map(|one| one.body.map(drop)).collect();
        for sent in queues {
            for (result, sent) in results.iter_mut().zip(sent) {
                if result.is_ok() {
                    *result = sent;
                }
            }
        }
        results
    }

    /// A batch after the other: a dispatcher's batch has at most fifty of them, and each takes milliseconds.
    async fn send_all(&self, queue: &str, messages: &[Message<'_>], batches: &[std::ops::Range<usize>]) -> Sent {
        let mut sent = Vec::with_capacity(messages.len());
        for batch in batches {
            sent.extend(self.send(queue, &messages[batch.clone()]).await);
        }
        sent
    }

    async fn send(&self, queue: &str, messages: &[Message<'_>]) -> Sent {
        let mut results: Sent = messages.iter().map(|one| one.body.as_ref().map(drop).map_err(Clone::clone)).collect();
        let entries: Result<Vec<_>, _> = messages.iter().enumerate().filter_map(|(index, one)| one.entry(index)).collect();
        let entries = match entries {
            Ok(entries) if entries.is_empty() => return results,
            Ok(entries) => entries,
            Err(error) => return vec![Err(invalid(&error)); messages.len()],
        };
        let answer = match self.sqs.send_message_batch().queue_url(queue).set_entries(Some(entries)).send().await {
            Ok(answer) => answer,
            Err(error) => return vec![Err(ReplicaError::from_sdk(OPERATION, error)); messages.len()],
        };
        for failed in answer.failed {
            let cause = format!("{queue}: {} {}", failed.code, failed.message.unwrap_or_default());
            let slot = failed.id.parse::<usize>().ok().and_then(|index| results.get_mut(index));
            if let Some(slot) = slot {
                *slot = Err(ReplicaError::from_code(OPERATION, Some(&failed.code), None, cause));
            }
        }
        results
    }
}

fn invalid(error: &dyn std::error::Error) -> ReplicaError {
    ReplicaError::permanent(OPERATION, error)
}

/// Consecutive ranges of at most ten messages and 256 KB.
fn batches(sizes: &[usize]) -> Vec<std::ops::Range<usize>> {
    let mut batches = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for (index, size) in sizes.iter().enumerate() {
        if index > start && (index - start == MESSAGES || bytes + size > BATCH_BYTES) {
            batches.push(start..index);
            (start, bytes) = (index, 0);
        }
        bytes += size;
    }
    if start < sizes.len() {
        batches.push(start..sizes.len());
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_hold_ten_messages_and_256_kilobytes() {
        assert!(batches(&[]).is_empty());
        assert_eq!(batches(&[400; 11]), [0..10, 10..11]);
        assert_eq!(batches(&[400; 21]), [0..10, 10..20, 20..21]);
        assert_eq!(batches(&[200_000, 60_000, 10_000, 300_000, 1]), [0..2, 2..3, 3..4, 4..5]);
    }
}
