//! Flows: one endpoint a file. What they share stands here.

pub mod answers;
pub mod archive_flow;
mod check;
pub mod create_flow;
pub mod delete_flow;
pub mod diff_flow_draft;
pub mod diff_flow_version;
pub mod get_flow;
pub mod get_flow_draft;
pub mod get_flow_snapshot;
pub mod get_flow_version;
pub mod list_flow_versions;
pub mod list_flows;
pub mod merge_flow_draft;
pub mod patch_flow;
pub mod publish_flow;
pub mod put_flow_draft;
pub mod reset_flow_draft;
pub mod restore_flow_snapshot;
pub mod restore_flow_version;
pub mod rollback_flow;
pub mod unarchive_flow;

use domain::flow;
use domain::identity::ResourceType;

use crate::kind::Kind;
use crate::problem::Problem;

/// What every file here is about.
pub const KIND: Kind = Kind {
    resource: ResourceType::Flow,
    empty: flow::empty,
    check: check::check,
    checker_version: engine::CHECKER_VERSION,
    refused: check::refused,
    state: |draft| serde_json::to_value(answers::state(draft)?).map_err(Problem::internal),
};
