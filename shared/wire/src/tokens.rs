//! Tokens: shown once, kept as a sha256.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::time::Millis;

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MintToken {
    /// `personal`, `service`, `agent` or `evaluate`.
    pub kind: String,
    pub name: String,
    /// `designer` or `cli` (the default); for personal tokens only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub surface: Option<String>,
    /// Who a service's versions are by; for service tokens only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// `read`, `draft`, `apply`, `publish`, `evaluate`; for service tokens only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<String>>,
    /// 1 to 365; 90 when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in_days: Option<i64>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Token {
    pub id: Uuid,
    pub kind: String,
    pub surface: Option<String>,
    pub name: String,
    pub email: Option<String>,
    pub scopes: Vec<String>,
    pub created_at: Millis,
    pub expires_at: Millis,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MintedToken {
    /// The secret; this is the only time that it is shown.
    pub token: String,
    #[serde(flatten)]
    pub of: Token,
}
