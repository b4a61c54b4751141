//! What DynamoDB does on a bad day: it takes part of a batch, throttles, or does the work and loses the answer.
//! The emulator never does, so an interceptor between it and the client does it instead.

mod support;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::config::interceptors::{
    BeforeDeserializationInterceptorContextMut, BeforeSerializationInterceptorContextMut, BeforeTransmitInterceptorContextMut,
    FinalizerInterceptorContextMut,
};
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_sdk_dynamodb::operation::batch_get_item::{BatchGetItemInput, BatchGetItemOutput};
use aws_sdk_dynamodb::operation::batch_write_item::{BatchWriteItemInput, BatchWriteItemOutput};
use aws_sdk_dynamodb::types::{KeysAndAttributes, WriteRequest};
use replica::{Jitter, Read, Replica, ReplicaError, Written};
use support::{Stack, fresh, noise, stack};

/// The same table through a client with a fault in it.
fn through(stack: &Stack, fault: impl Intercept + 'static) -> Replica {
    let config = stack.dynamo.config().to_builder().interceptor(fault).build();
    Replica::new(aws_sdk_dynamodb::Client::from_conf(config), stack.replica.table(), Jitter::seeded(3))
}

/// Lets only `most` members of a batch through and gives the others back as unprocessed; with 0, all of them.
#[derive(Debug)]
struct SmallBites {
    most: usize,
    requests: Arc<AtomicUsize>,
    kept_back: Mutex<KeptBack>,
}

#[derive(Debug)]
enum KeptBack {
    Nothing,
    Writes(String, Vec<WriteRequest>),
    Keys(String, KeysAndAttributes),
}

impl SmallBites {
    fn new(most: usize) -> (Self, Arc<AtomicUsize>) {
        let requests = Arc::new(AtomicUsize::new(0));
        (Self { most, requests: requests.clone(), kept_back: Mutex::new(KeptBack::Nothing) }, requests)
    }

    /// Cuts the batch down; the answer is the rest. DynamoDB refuses an empty batch, so one always goes through.
    fn bite<T: Clone>(&self, batch: &mut Vec<T>) -> Vec<T> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let rest = batch[batch.len().min(self.most)..].to_vec();
        batch.truncate(self.most.max(1));
        rest
    }
}

impl Intercept for SmallBites {
    fn name(&self) -> &'static str {
        "SmallBites"
    }

    fn modify_before_serialization(
        &self,
        context: &mut BeforeSerializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let mut kept_back = self.kept_back.lock().map_err(|_| "poisoned")?;
        if let Some(BatchWriteItemInput { request_items: Some(tables), .. }) = context.input_mut().downcast_mut() {
            let (table, batch) = tables.iter_mut().next().ok_or("no table")?;
            *kept_back = KeptBack::Writes(table.clone(), self.bite(batch));
        } else if let Some(BatchGetItemInput { request_items: Some(tables), .. }) = context.input_mut().downcast_mut() {
            let (table, batch) = tables.iter_mut().next().ok_or("no table")?;
            let mut rest = batch.clone();
            rest.keys = self.bite(&mut batch.keys);
            *kept_back = KeptBack::Keys(table.clone(), rest);
        }
        Ok(())
    }

    fn modify_before_completion(
        &self,
        context: &mut FinalizerInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some(Ok(output)) = context.output_or_error_mut() else { return Ok(()) };
        match std::mem::replace(&mut *self.kept_back.lock().map_err(|_| "poisoned")?, KeptBack::Nothing) {
            KeptBack::Writes(table, rest) if !rest.is_empty() => {
                let output = output.downcast_mut::<BatchWriteItemOutput>().ok_or("another output")?;
                output.unprocessed_items = Some([(table, rest)].into());
            }
            KeptBack::Keys(table, rest) if !rest.keys.is_empty() => {
                let output = output.downcast_mut::<BatchGetItemOutput>().ok_or("another output")?;
                output.unprocessed_keys = Some([(table, rest)].into());
            }
            _ => {}
        }
        Ok(())
    }
}

/// Answers the first `times` calls of one operation with an error, after the work was done.
#[derive(Debug)]
struct LosesAnswers {
    operation: &'static str,
    times: AtomicUsize,
    status: u16,
    code: &'static str,
    hit: Mutex<bool>,
}

impl LosesAnswers {
    fn new(operation: &'static str, times: usize, status: u16, code: &'static str) -> Self {
        Self { operation, times: AtomicUsize::new(times), status, code, hit: Mutex::default() }
    }
}

impl Intercept for LosesAnswers {
    fn name(&self) -> &'static str {
        "LosesAnswers"
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let called = context.request().headers().get("x-amz-target").unwrap_or_default().ends_with(self.operation);
        let left = self.times.load(Ordering::Relaxed);
        *self.hit.lock().map_err(|_| "poisoned")? = called && left > 0;
        if called && left > 0 {
            self.times.store(left - 1, Ordering::Relaxed);
        }
        Ok(())
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if *self.hit.lock().map_err(|_| "poisoned")? {
            let response = context.response_mut();
            // It names the real outcome, and clients believe it more than the body.
            response.headers_mut().remove("x-amzn-errortype");
            *response.status_mut() = self.status.try_into()?;
            *response.body_mut() = serde_json::to_vec(&serde_json::json!({"__type": self.code, "message": "on purpose"}))?.into();
        }
        Ok(())
    }
}

#[tokio::test]
async fn a_batch_is_repeated_until_all_of_it_is_written() {
    let stack = stack().await;
    let publication = stack.publication(fresh(), 1, noise(3_000_000, 1));
    let (fault, requests) = SmallBites::new(3);
    assert_eq!(through(&stack, fault).write(&publication).await.unwrap(), Written::Stored);
    assert!(requests.load(Ordering::Relaxed) >= 3);

    let current = stack.replica.current(stack.workspace, publication.resource_id, Read::Consistent).await.unwrap().unwrap();
    assert_eq!(stack.replica.load(&current).await.unwrap(), publication.body);
}

#[tokio::test]
async fn a_batch_that_never_gets_anywhere_is_throttled_and_puts_nothing_in_force() {
    let stack = stack().await;
    let publication = stack.publication(fresh(), 1, noise(20_000, 2));
    let (fault, requests) = SmallBites::new(0);
    let failed = through(&stack, fault).write(&publication).await;
    assert!(matches!(failed, Err(ReplicaError::Throttled { .. })), "{failed:?}");
    assert_eq!(requests.load(Ordering::Relaxed), 8);
    assert_eq!(stack.replica.current(stack.workspace, publication.resource_id, Read::Consistent).await.unwrap(), None);
}

#[tokio::test]
async fn a_body_is_read_in_as_many_bites_as_dynamodb_likes() {
    let stack = stack().await;
    let publication = stack.publication(fresh(), 1, noise(3_000_000, 3));
    stack.replica.write(&publication).await.unwrap();
    let current = stack.replica.current(stack.workspace, publication.resource_id, Read::Consistent).await.unwrap().unwrap();
    let (fault, requests) = SmallBites::new(2);
    assert_eq!(through(&stack, fault).load(&current).await.unwrap(), publication.body);
    assert!(requests.load(Ordering::Relaxed) >= 3);
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_is_recognised_as_its_own() {
    let stack = stack().await;
    let resource = fresh();
    stack.replica.write(&stack.publication(resource, 1, noise(20_000, 4))).await.unwrap();
    let publication = stack.publication(resource, 2, noise(20_000, 5));
    let fault = LosesAnswers::new(".PutItem", 1, 500, "InternalServerError");
    assert_eq!(through(&stack, fault).write(&publication).await.unwrap(), Written::AlreadyThere);
    let items = stack.items(resource).await;
    assert!(items.iter().filter(|(sk, _)| sk.starts_with("V#0000000001")).all(|(_, item)| item.contains_key("expires_at")));
}

#[tokio::test]
async fn throttling_is_told_from_failure() {
    let stack = stack().await;
    let throttled = LosesAnswers::new(".PutItem", 99, 400, "ThrottlingException");
    let failed = through(&stack, throttled).write(&stack.publication(fresh(), 1, "{}")).await;
    assert!(matches!(failed, Err(ReplicaError::Throttled { .. })), "{failed:?}");
    let broken = LosesAnswers::new(".PutItem", 99, 503, "ServiceUnavailable");
    let failed = through(&stack, broken).write(&stack.publication(fresh(), 1, "{}")).await;
    assert!(matches!(failed, Err(ReplicaError::Transient { .. })), "{failed:?}");
}

#[tokio::test]
async fn an_expiry_that_fails_does_not_undo_the_publication() {
    let stack = stack().await;
    let resource = fresh();
    stack.replica.write(&stack.publication(resource, 1, noise(20_000, 6))).await.unwrap();
    let fault = LosesAnswers::new(".Query", 99, 400, "ThrottlingException");
    let written = through(&stack, fault).write(&stack.publication(resource, 2, noise(20_000, 7))).await.unwrap();
    assert_eq!(written, Written::Stored);
}

#[tokio::test]
async fn nobody_listening_is_a_failure_that_may_pass() {
    let stack = stack().await;
    let config = stack.dynamo.config().to_builder().endpoint_url("http://127.0.0.1:9").build();
    let nowhere = Replica::new(aws_sdk_dynamodb::Client::from_conf(config), "replica", Jitter::seeded(3));
    let failed = nowhere.write(&stack.publication(fresh(), 1, "{}")).await;
    assert!(matches!(failed, Err(ReplicaError::Transient { .. })), "{failed:?}");
}
