//! The message that tells workers to look: ids only, because a queue may deliver late, twice and out of order.

use chrono::{DateTime, Utc};
use domain::Trace;
use domain::digest::Digest;
use domain::identity::ResourceType;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Order;

/// What happened to the resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Published,
    RolledBack,
    Archived,
    Unarchived,
}

/// One message body. Readers ignore members that they don't know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    /// The outbox row, so that a worker's log can be followed back to a publish.
    pub event_id: Uuid,
    pub event: Event,
    pub epoch: i64,
    pub workspace_id: Uuid,
    pub resource_id: Uuid,
    #[serde(rename = "type")]
    pub resource_type: ResourceType,
    pub slug: String,
    pub version: i64,
    pub digest: Digest,
    /// RFC 3339, UTC, milliseconds.
    #[serde(with = "millis")]
    pub published_at: DateTime<Utc>,
    /// Of the publish. It goes beside the body, as the message's `AWSTraceHeader`.
    #[serde(skip)]
    pub trace: Option<Trace>,
}

impl Notification {
    pub fn order(&self) -> Order {
        Order { epoch: self.epoch, version: self.version }
    }
}

mod millis {
    use chrono::{DateTime, SecondsFormat, Utc};
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(time: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&time.to_rfc3339_opts(SecondsFormat::Millis, true))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime<Utc>, D::Error> {
        DateTime::deserialize(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_json_is_what_workers_were_promised() {
        let notification = Notification {
            event_id: Uuid::from_u128(1),
            event: Event::RolledBack,
            epoch: 1,
            workspace_id: Uuid::from_u128(2),
            resource_id: Uuid::from_u128(3),
            resource_type: ResourceType::Connector,
            slug: "hubspot-crm".into(),
            version: 17,
            digest: Digest([0xab; 32]),
            published_at: DateTime::from_timestamp_millis(1_748_300_000_007).unwrap(),
            trace: None,
        };
        let json = serde_json::to_value(&notification).unwrap();
        let expected = serde_json::json!({
            "event_id": "00000000-0000-0000-0000-000000000001",
            "event": "rolled_back",
            "epoch": 1,
            "workspace_id": "00000000-0000-0000-0000-000000000002",
            "resource_id": "00000000-0000-0000-0000-000000000003",
            "type": "connector",
            "slug": "hubspot-crm",
            "version": 17,
            "digest": "ab".repeat(32),
            "published_at": "2025-05-26T22:53:20.007Z",
        });
        assert_eq!(json, expected);
        assert_eq!(serde_json::from_value::<Notification>(json).unwrap(), notification);
    }
}
