//! Chunks that nobody needs any more get a TTL. Best effort: it must never hold up, or undo, a publication.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use chrono::{DateTime, TimeDelta, Utc};
use futures::{StreamExt, TryStreamExt, stream};

use crate::schema::{self, EXPIRES_AT, Item, Order, PK, SK, number, text};
use crate::{Publication, Replica, ReplicaError, decode};

/// How long a superseded version stays readable, for readers that were at it when it was superseded.
const GRACE: TimeDelta = TimeDelta::hours(24);
const TRIES: u32 = 4;
const AT_ONCE: usize = 4;

impl Replica {
    /// Expires what a publication superseded: the versions from `from` up to its own, orphans of unfinished writes included.
    /// After an epoch was raised also those above, which the restored database doesn't know of.
    pub(crate) async fn expire_before(&self, publication: &Publication, from: i64, epoch_raised: bool) {
        let range = match epoch_raised {
            false => (schema::version_prefix(from), schema::version_prefix(publication.version)),
            true => ("V#".to_owned(), "V#~".to_owned()),
        };
        self.expire(publication, range, publication.order()).await;
    }

    /// Expires the chunks of a publication that lost against `winner`.
    pub(crate) async fn expire_own(&self, publication: &Publication, winner: Order) {
        let range = (schema::version_prefix(publication.version), schema::version_prefix(publication.version + 1));
        self.expire(publication, range, winner).await;
    }

    async fn expire(&self, publication: &Publication, range: (String, String), before: Order) {
        let expires_at = publication.now + GRACE;
        for attempt in 0..TRIES {
            match self.try_expire(&publication.pk(), &range, before, expires_at).await {
                Ok(()) => return,
                Err(error) => {
                    tracing::warn!(pk = publication.pk(), version = publication.version, %error, attempt, "superseded chunks have no TTL yet");
                    tokio::time::sleep(self.jitter.backoff(attempt)).await;
                }
            }
        }
    }

    async fn try_expire(
        &self,
        pk: &str,
        (low, high): &(String, String),
        before: Order,
        expires_at: DateTime<Utc>,
    ) -> Result<(), ReplicaError> {
        let pages = self
            .dynamo
            .query()
            .table_name(&self.table)
            .key_condition_expression("#pk = :pk AND #sk BETWEEN :low AND :high")
            .filter_expression("attribute_not_exists(#expires_at)")
            .projection_expression("#sk")
            .expression_attribute_names("#pk", PK)
            .expression_attribute_names("#sk", SK)
            .expression_attribute_names("#expires_at", EXPIRES_AT)
            .expression_attribute_values(":pk", text(pk))
            .expression_attribute_values(":low", text(low))
            .expression_attribute_values(":high", text(high))
            .into_paginator()
            .items()
            .send();
        let items: Vec<Item> = pages.try_collect().await.map_err(|error| ReplicaError::from_sdk("listing superseded chunks", error))?;
        stream::iter(items)
            .map(|item| async move {
                let sk = decode::text(&item, SK)?;
                self.set_ttl(pk, sk, before, expires_at).await
            })
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await
    }

    /// Sets the TTL of one chunk if it is of a publication older than `before`: DynamoDB itself sees to it that the
    /// chunks in force are never touched, whoever wrote meanwhile.
    async fn set_ttl(&self, pk: &str, sk: &str, before: Order, expires_at: DateTime<Utc>) -> Result<(), ReplicaError> {
        let update = self
            .dynamo
            .update_item()
            .table_name(&self.table)
            .set_key(Some(schema::key(pk, sk)))
            .update_expression("SET #expires_at = :at")
            .condition_expression("#epoch < :e OR (#epoch = :e AND #version < :v)")
            .expression_attribute_names("#expires_at", EXPIRES_AT)
            .expression_attribute_names("#epoch", "epoch")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":at", number(expires_at.timestamp()))
            .expression_attribute_values(":e", number(before.epoch))
            .expression_attribute_values(":v", number(before.version));
        match update.send().await {
            Ok(_) => Ok(()),
            Err(error) if error.as_service_error().is_some_and(UpdateItemError::is_conditional_check_failed_exception) => Ok(()),
            Err(error) => Err(ReplicaError::from_sdk("setting a TTL", error)),
        }
    }
}
