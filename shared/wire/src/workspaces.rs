//! Workspaces, their members, and what was done to them.

use std::fmt::Display;
use std::str::FromStr;

use domain::identity::{EnvironmentKind, GovernanceMode, Role};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::time::Millis;

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Workspace {
    pub id: Uuid,
    pub slug: String,
    pub name: String,
    /// `DesignerOnly`, `CodeManaged` or `Hybrid`.
    pub governance_mode: String,
    /// `Development`, `Staging` or `Production`.
    pub environment_kind: String,
    pub git_repo_url: Option<String>,
    pub git_branch: Option<String>,
    /// What the caller is there; null for a token that is no person's.
    pub role: Option<String>,
    pub created_at: Millis,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateWorkspace {
    /// `[a-z0-9]+(-[a-z0-9]+)*`, at most 64, unique in the tenant; never changed.
    pub slug: String,
    pub name: String,
    /// `Development` (the default), `Staging` or `Production`.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub environment_kind: Option<EnvironmentKind>,
    /// An https address, without credentials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub git_repo_url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub git_branch: Option<String>,
}

/// Any of the settings; what is left out stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangeWorkspace {
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `DesignerOnly`, `CodeManaged` or `Hybrid`.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub governance_mode: Option<GovernanceMode>,
    /// `Development`, `Staging` or `Production`.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub environment_kind: Option<EnvironmentKind>,
    /// An https address, without credentials; null removes it.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub git_repo_url: Option<Option<String>>,
    /// Null removes it.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub git_branch: Option<Option<String>>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Member {
    pub user_id: Uuid,
    pub email: String,
    pub name: String,
    /// `viewer`, `author`, `editor`, `admin` or `owner`.
    pub role: String,
    pub since: Millis,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddMember {
    pub email: String,
    /// `viewer`, `author`, `editor`, `admin` or `owner`.
    #[serde(deserialize_with = "name")]
    #[schema(value_type = String)]
    pub role: Role,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeMember {
    /// `viewer`, `author`, `editor`, `admin` or `owner`.
    #[serde(deserialize_with = "name")]
    #[schema(value_type = String)]
    pub role: Role,
}

/// Something that was done, or refused.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditEntry {
    pub id: i64,
    pub at: Millis,
    /// What was called, with `_refused` at the end where it was refused.
    pub action: String,
    pub actor_email: Option<String>,
    pub surface: Option<String>,
    /// Null where it is about none, or about one that was deleted since.
    pub resource: Option<AuditedResource>,
    #[schema(value_type = Object)]
    pub detail: Value,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AuditedResource {
    #[serde(rename = "type")]
    pub kind: String,
    pub id: Uuid,
    pub slug: String,
}

/// What is there is given; whether it may be null is for its own type to say.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// One of a closed set of names; an unknown one is told the known ones.
fn name<'de, D: Deserializer<'de>, T: FromStr<Err: Display>>(deserializer: D) -> Result<T, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
}

fn named<'de, D: Deserializer<'de>, T: FromStr<Err: Display>>(deserializer: D) -> Result<Option<T>, D::Error> {
    name(deserializer).map(Some)
}
