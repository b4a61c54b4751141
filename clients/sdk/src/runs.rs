//! Evaluating flows, and the runs that are kept of it.

use serde_json::Value;
use wire::page::CamelPage;
use wire::runs::{Evaluated, Run, RunDetail, RunStats};

use crate::address::segment;
use crate::call::Call;
use crate::client::Client;
use crate::error::Result;

/// What of a flow is evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    Published,
    Draft,
}

/// Which runs; what is left out does not narrow them.
#[derive(Debug, Clone, Default)]
pub struct RunsQuery {
    pub flow: Option<String>,
    /// `cli` or `designer`.
    pub source: Option<String>,
    /// `succeeded` or `failed`.
    pub status: Option<String>,
    pub limit: Option<usize>,
    pub cursor: Option<String>,
}

impl Client {
    /// By id or slug. Each call is a run of its own, so it is sent once.
    pub async fn evaluate(&self, flow: &str, target: Target, input: &Value, trace: bool) -> Result<Evaluated> {
        let path = match target {
            Target::Published => format!("/v1/evaluate/{}", segment(flow)),
            Target::Draft => format!("/v1/flows/{}/draft/evaluate", segment(flow)),
        };
        self.send(Call::new(http::Method::POST, path).query("trace", trace.then_some(true)).json(input)?).await
    }

    pub async fn list_runs(&self, query: &RunsQuery) -> Result<CamelPage<Run>> {
        let call = Call::get("/v1/runs").query("flow", query.flow.as_ref()).query("source", query.source.as_ref());
        let call = call.query("status", query.status.as_ref()).query("limit", query.limit).query("cursor", query.cursor.as_ref());
        self.send(call).await
    }

    pub async fn get_run(&self, id: &str) -> Result<RunDetail> {
        self.send(Call::get(format!("/v1/runs/{}", segment(id)))).await
    }

    /// Runs counted in equal intervals, of a day or of `from` (RFC 3339) on.
    pub async fn get_run_stats(&self, flow: Option<&str>, from: Option<&str>, to: Option<&str>) -> Result<RunStats> {
        self.send(Call::get("/v1/runs/stats").query("flow", flow).query("from", from).query("to", to)).await
    }
}
