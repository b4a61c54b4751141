//! Connectors: one endpoint a file. What they share stands here.

pub mod answers;
pub mod archive_connector;
mod check;
pub mod create_connector;
pub mod delete_connector;
pub mod delete_connector_entity;
pub mod delete_connector_event_flow;
pub mod diff_connector_draft;
pub mod diff_connector_version;
pub mod get_connector;
pub mod get_connector_draft;
pub mod get_connector_snapshot;
pub mod get_connector_version;
pub mod list_connector_versions;
pub mod list_connectors;
pub mod merge_connector_draft;
mod parts;
pub mod patch_connector;
pub mod patch_connector_draft;
pub mod publish_connector;
pub mod put_connector_draft;
pub mod put_connector_entity;
pub mod put_connector_event_flow;
pub mod put_connector_settings;
pub mod reset_connector_draft;
pub mod restore_connector_snapshot;
pub mod restore_connector_version;
pub mod rollback_connector;
pub mod unarchive_connector;

use domain::connector;
use domain::identity::ResourceType;

use crate::kind::Kind;
use crate::problem::Problem;

/// What every file here is about.
pub const KIND: Kind = Kind {
    resource: ResourceType::Connector,
    empty: connector::empty,
    check: check::check,
    checker_version: connector::CHECKER_VERSION,
    refused: check::refused,
    state: |draft| serde_json::to_value(answers::state(draft)?).map_err(Problem::internal),
};
