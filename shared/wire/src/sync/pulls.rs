//! `POST /v1/sync/pulls`.

use domain::digest::Digest;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::time::Millis;

/// A finished pull.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecordPull {
    /// From the export's first page.
    pub as_of_utc: Millis,
    /// At most 1,000.
    pub resources: Vec<PulledResource>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PulledResource {
    /// `connector` or `flow`.
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    pub kind: domain::identity::ResourceType,
    pub id: Uuid,
    #[schema(value_type = String)]
    pub digest: Digest,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RecordedPull {
    /// How many resources the checkout holds as of then.
    pub recorded: usize,
}
