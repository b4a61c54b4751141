//! A replica and a queue of its own for each test, on the emulator that `cargo dev test` starts.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't go on should say where")]
#![expect(dead_code, reason = "each test file uses its part of it")]

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use domain::digest::Digest;
use domain::identity::ResourceType;
use replica::{Event, Notification, Publication};
use uuid::Uuid;
use worker::aws::{self, AwsSettings};
use worker::{DynamoConfigStore, Jitter, Replica};

/// How long a test waits for something that should take milliseconds.
pub const DEADLINE: Duration = Duration::from_secs(20);

pub struct Stack {
    pub replica: Replica,
    pub dynamo: aws_sdk_dynamodb::Client,
    pub sqs: aws_sdk_sqs::Client,
    pub store: Arc<DynamoConfigStore>,
    pub workspace: Uuid,
}

/// A name that no other test, and no earlier run, has used.
#[expect(clippy::disallowed_methods, reason = "tests that share an emulator need names that differ")]
pub fn fresh() -> Uuid {
    Uuid::new_v4()
}

pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(1_748_300_000_007).unwrap()
}

pub async fn stack() -> Stack {
    #[expect(clippy::disallowed_methods, reason = "where a test's emulator is can only come from outside")]
    let endpoint_url = std::env::var("AWS_ENDPOINT_URL").expect("AWS_ENDPOINT_URL is not set: run them with `cargo dev test`");
    let config = aws::sdk_config(&AwsSettings { endpoint_url: Some(endpoint_url), region: "us-east-1".into(), keys: None }).await;
    let dynamo = aws::dynamo(&config);
    let replica = Replica::new(dynamo.clone(), format!("worker-{}", fresh()), Jitter::seeded(7));
    replica.create_table_if_missing().await.unwrap();
    let store = DynamoConfigStore::new(replica.clone(), Jitter::seeded(8), Arc::new(now));
    Stack { replica, dynamo, sqs: aws::sqs_long_poll(&config), store, workspace: fresh() }
}

/// A body of about `length` bytes that zstd can't make much shorter.
pub fn noise(length: usize, seed: u64) -> Bytes {
    let noise = (0_u64..).map(|block| Digest::of(&[seed.to_le_bytes(), block.to_le_bytes()].concat()).to_string());
    let text: String = noise.take(length / 64).collect();
    format!("\"{text}\"").into()
}

impl Stack {
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
                br#"[{"action":"upsert","enabled":true,"entity":"contact","source":"hubspot","type":"contact.created"},{"action":"delete","enabled":false,"entity":"contact","source":"hubspot","type":"contact.deleted"}]"#,
            ),
            now: now(),
        }
    }

    /// The same as a decision flow.
    pub fn flow(&self, resource: Uuid, version: i64, graph: impl Into<Bytes>) -> Publication {
        let publication = self.publication(resource, version, graph);
        Publication { resource_type: ResourceType::Flow, manifest: Bytes::from_static(b"[]"), ..publication }
    }

    pub async fn publish(&self, resource: Uuid, version: i64, body: impl Into<Bytes>) -> Publication {
        let publication = self.publication(resource, version, body);
        self.replica.write(&publication).await.unwrap();
        publication
    }

    pub async fn queue(&self) -> String {
        let queue = self.sqs.create_queue().queue_name(format!("worker-{}", fresh())).send().await.unwrap();
        queue.queue_url.unwrap()
    }

    /// Puts other bytes into a stored chunk; the answer puts them right again.
    pub async fn damage(&self, resource: Uuid, sort_key: &str) -> Damage {
        let key = [("pk", replica::schema::resource_pk(self.workspace, resource)), ("sk", sort_key.to_owned())];
        let key = key.map(|(name, value)| (name.to_owned(), AttributeValue::S(value))).into();
        let table = self.replica.table();
        let item = self.dynamo.get_item().table_name(table).set_key(Some(key)).send().await.unwrap().item.unwrap();
        let mut damaged = item.clone();
        let mut data = item["data"].as_b().unwrap().clone().into_inner();
        let middle = data.len() / 2;
        data[middle] ^= 1;
        damaged.insert("data".into(), AttributeValue::B(data.into()));
        self.dynamo.put_item().table_name(table).set_item(Some(damaged)).send().await.unwrap();
        Damage(item)
    }

    pub async fn mend(&self, damage: Damage) {
        self.dynamo.put_item().table_name(self.replica.table()).set_item(Some(damage.0)).send().await.unwrap();
    }
}

pub struct Damage(std::collections::HashMap<String, AttributeValue>);

pub fn notification(publication: &Publication) -> Notification {
    Notification {
        event_id: fresh(),
        event: Event::Published,
        epoch: publication.epoch,
        workspace_id: publication.workspace_id,
        resource_id: publication.resource_id,
        resource_type: publication.resource_type,
        slug: publication.slug.clone(),
        version: publication.version,
        digest: publication.digest,
        published_at: publication.published_at,
        trace: None,
    }
}
