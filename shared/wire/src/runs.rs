//! Evaluating flows, and the runs that are kept of it.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::time::Millis;

/// What a flow decided.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Evaluated {
    pub run_id: Uuid,
    /// The flow's slug.
    pub flow: String,
    /// The version that decided; null for a draft with changes.
    pub version: Option<i32>,
    #[schema(value_type = Object)]
    pub result: Box<RawValue>,
    /// With `?trace=true`: what each node got and gave.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schema(value_type = Option<Object>)]
    pub trace: Option<Box<RawValue>>,
}

/// One evaluation.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    pub id: Uuid,
    pub flow: Uuid,
    pub flow_slug: String,
    /// Null for a draft with changes.
    pub flow_version: Option<i32>,
    /// The version's: `designer-publish`, `cli-publish`, `rollback`; a draft's: `designer-draft`, `cli-apply`.
    pub version_source: String,
    /// `cli`, `console`, `cli·draft` or `console·draft`, after the surface that the version came from.
    pub version_badge: String,
    pub version_git_commit_sha: Option<String>,
    /// `succeeded` or `failed`.
    pub status: String,
    pub duration_us: i64,
    pub created_at: Millis,
}

/// A run with what went in and what came out. A document of more than 256 KB is `{"truncated": true, "bytes", "digest"}`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunDetail {
    #[serde(flatten)]
    pub run: Run,
    /// In the flow's history, the graph that ran: the version, or what the draft held then. A draft's is swept some time.
    pub snapshot: i64,
    #[schema(value_type = Object)]
    pub input: Value,
    /// Null for a run that failed.
    #[schema(value_type = Option<Object>)]
    pub output: Option<Value>,
    /// Null for a run that succeeded.
    pub error: Option<RunError>,
    /// Null unless the call asked for it.
    #[schema(value_type = Option<Object>)]
    pub trace: Option<Value>,
}

/// Why a run failed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunError {
    /// `evaluation_failed` or `evaluation_timeout`.
    pub code: String,
    pub message: String,
    /// Where it failed, when one node did.
    pub node_id: Option<String>,
}

/// Runs counted in equal intervals, oldest first.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RunStats {
    pub buckets: Vec<StatsBucket>,
}

/// Percentiles are of all runs of the interval, failed ones too, and off by 5 % at most; null where there were none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StatsBucket {
    /// Where the interval begins; it ends where the next one begins.
    pub from: Millis,
    pub succeeded: i64,
    pub failed: i64,
    #[serde(rename = "p50Us")]
    pub p50_us: Option<i64>,
    #[serde(rename = "p95Us")]
    pub p95_us: Option<i64>,
    #[serde(rename = "p99Us")]
    pub p99_us: Option<i64>,
}
