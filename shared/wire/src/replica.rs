//! What the replica holds, and what waits for it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::time::Millis;

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReplicaStatus {
    pub published_version: i32,
    /// Null until the first replication.
    pub replica_version: Option<i32>,
    pub epoch: i64,
    pub replicated_at_utc: Option<Millis>,
    pub notified_at_utc: Option<Millis>,
    /// From publish to replicated, of the published version; null while it waits.
    pub lag_ms: Option<i64>,
    pub in_sync: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OutboxRow {
    pub event_id: Uuid,
    #[serde(rename = "type")]
    pub kind: String,
    pub id: Uuid,
    pub slug: String,
    pub version: i32,
    pub event: String,
    pub state: String,
    pub attempts: i32,
    pub created_at_utc: Millis,
    pub next_attempt_at_utc: Option<Millis>,
    pub dead_at_utc: Option<Millis>,
    pub last_error: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Redrive {
    /// The dead events to try again; all of the workspace's when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_ids: Option<Vec<Uuid>>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Redriven {
    pub event_ids: Vec<Uuid>,
}
