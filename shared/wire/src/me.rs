//! `GET /v1/me`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::time::Millis;

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Me {
    /// Null for a service, agent or application token.
    pub user: Option<MeUser>,
    pub token: MeToken,
    /// Null when the credential spans several and none was chosen.
    pub workspace: Option<WorkspaceRef>,
    pub role: Option<String>,
    pub workspaces: Vec<WorkspaceRef>,
    pub console_url: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MeUser {
    pub id: Uuid,
    pub email: String,
    pub name: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MeToken {
    /// `session`, `personal`, `service`, `agent` or `evaluate`.
    pub kind: String,
    /// `designer`, `cli` or `agent`; null for an application's.
    pub surface: Option<String>,
    /// What it may do: `read`, `draft`, `apply`, `publish`, `evaluate`.
    pub scopes: Vec<String>,
    pub expires_at: Millis,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkspaceRef {
    pub id: Uuid,
    pub slug: String,
    pub name: String,
    pub governance_mode: String,
    pub environment_kind: String,
}
