//! A table and queues of its own for each test, on the emulator that `cargo dev test` starts.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't go on should say where")]
#![expect(dead_code, reason = "each test file uses its part of it")]

use std::collections::HashMap;

use aws_config::SdkConfig;
use aws_sdk_dynamodb::types::AttributeValue;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use domain::digest::Digest;
use domain::identity::ResourceType;
use replica::aws::{self, AwsSettings};
use replica::{Jitter, Publication, Replica};
use uuid::Uuid;

pub type Item = HashMap<String, AttributeValue>;

pub struct Stack {
    pub replica: Replica,
    pub dynamo: aws_sdk_dynamodb::Client,
    pub sqs: aws_sdk_sqs::Client,
    pub workspace: Uuid,
}

/// A name that no other test, and no earlier run, has used.
#[expect(clippy::disallowed_methods, reason = "tests that share an emulator need names that differ")]
pub fn fresh() -> Uuid {
    Uuid::new_v4()
}

async fn config() -> SdkConfig {
    #[expect(clippy::disallowed_methods, reason = "where a test's emulator is can only come from outside")]
    let endpoint_url = std::env::var("AWS_ENDPOINT_URL").expect("AWS_ENDPOINT_URL is not set: run them with `cargo dev test`");
    aws::sdk_config(&AwsSettings { endpoint_url: Some(endpoint_url), region: "us-east-1".into(), keys: None }).await
}

pub async fn stack() -> Stack {
    let config = config().await;
    let dynamo = aws::dynamo(&config);
    let replica = Replica::new(dynamo.clone(), format!("replica-{}", fresh()), Jitter::seeded(7));
    replica.create_table_if_missing().await.unwrap();
    Stack { replica, dynamo, sqs: aws::sqs(&config), workspace: fresh() }
}

pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(1_748_300_000_007).unwrap()
}

/// Bytes that zstd can't make shorter, as a JSON string, so long that the whole is `length` bytes.
pub fn noise(length: usize, seed: u64) -> Bytes {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut body = vec![b'"'];
    let noise = (0_u64..).flat_map(|block| Digest::of(&[seed.to_le_bytes(), block.to_le_bytes()].concat()).0);
    body.extend(noise.map(|byte| LETTERS[usize::from(byte % 64)]).take(length - 2));
    body.push(b'"');
    body.into()
}

impl Stack {
    /// Version `version` of `resource`, with its slug made of its id.
    pub fn publication(&self, resource: Uuid, version: i64, body: impl Into<Bytes>) -> Publication {
        let body = body.into();
        Publication {
            epoch: 1,
            workspace_id: self.workspace,
            resource_id: resource,
            resource_type: ResourceType::Connector,
            slug: format!("c-{resource}"),
            version,
            digest: Digest::of(&body),
            archived: false,
            published_at: now(),
            body,
            manifest: Bytes::from_static(
                br#"[{"action":"upsert","enabled":true,"entity":"contact","source":"hubspot","type":"contact.created"}]"#,
            ),
            now: now(),
        }
    }

    /// All stored items of a resource by sort key.
    pub async fn items(&self, resource: Uuid) -> HashMap<String, Item> {
        let pages = self
            .dynamo
            .query()
            .table_name(self.replica.table())
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", AttributeValue::S(replica::schema::resource_pk(self.workspace, resource)))
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        let items: Vec<Item> = pages.try_collect().await.unwrap();
        items.into_iter().map(|item| (item["sk"].as_s().unwrap().clone(), item)).collect()
    }

    pub async fn queue(&self) -> String {
        let queue = self.sqs.create_queue().queue_name(format!("fleet-{}", fresh())).send().await.unwrap();
        queue.queue_url.unwrap()
    }
}
