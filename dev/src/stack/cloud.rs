//! The AWS side of a stack: the replica's table and the queues of the worker fleets.

use anyhow::{Context as _, Result};
use replica::aws::{self, AwsSettings};
use replica::{Jitter, Replica};

use crate::ministack::CLIENT_ENV;

/// Speaks AWS to the address given, the emulator's or any other.
#[derive(Debug, Clone)]
pub struct Cloud {
    pub settings: AwsSettings,
    pub sqs: aws_sdk_sqs::Client,
    pub dynamo: aws_sdk_dynamodb::Client,
}

impl Cloud {
    /// With the keys that an emulator takes from anybody.
    pub async fn at(endpoint_url: &str) -> Cloud {
        let [(_, region), (_, id), (_, secret)] = CLIENT_ENV;
        let settings = AwsSettings {
            endpoint_url: Some(endpoint_url.to_owned()),
            region: region.to_owned(),
            keys: Some((id.to_owned(), secret.to_owned())),
        };
        let config = aws::sdk_config(&settings).await;
        Cloud { settings, sqs: aws::sqs(&config), dynamo: aws::dynamo(&config) }
    }

    /// The table, made if it isn't there.
    pub async fn table(&self, name: &str) -> Result<Replica> {
        let replica = Replica::new(self.dynamo.clone(), name, Jitter::seeded(1));
        replica.create_table_if_missing().await.with_context(|| format!("can't make the table {name}"))?;
        Ok(replica)
    }

    /// A queue's URL; the queue is made if it isn't there. Emulators differ in account ids: the URL is asked for, never composed.
    pub async fn queue(&self, name: &str) -> Result<String> {
        let created = self.sqs.create_queue().queue_name(name).send().await.with_context(|| format!("can't make the queue {name}"))?;
        created.queue_url.with_context(|| format!("the queue {name} has no URL"))
    }
}
