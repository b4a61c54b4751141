//! What both evaluate calls do: take the input, decide under the time limit, record, answer.

use std::borrow::Cow;
use std::time::Duration;

use domain::digest::Digest;
use engine::{CompileError, Failure, Graph, Options};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use store::Tx;
use store::runs::Outcome;
use utoipa::IntoParams;
use uuid::Uuid;
use wire::problem::{BodyError, Code};
use wire::runs::{Evaluated, RunError};

use crate::app::App;
use crate::extract::Caller;
use crate::listing::flag;
use crate::problem::{Problem, Result};
use crate::settings::Settings;

#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EvaluateQuery {
    /// Also answer, and keep, what each node got and gave.
    #[serde(default, deserialize_with = "flag")]
    pub trace: bool,
}

/// Inputs, outputs and traces are kept up to this size; what is larger leaves its size and digest.
const MAX_KEPT_BYTES: usize = 256 * 1024;
/// A result or a trace that is larger would not pass the gateway, which ends at 6 MB.
const MAX_RESULT_BYTES: usize = domain::MAX_BODY_BYTES;
const MAX_TRACE_BYTES: usize = 1 << 20;
/// An engine's message may quote what it stumbled over.
const MAX_MESSAGE_CHARS: usize = 2000;

/// As many numbers as one refusal names.
const MAX_ERRORS: usize = 100;

/// What was asked.
pub struct Asked {
    input: Value,
    text: String,
    trace: bool,
}

impl Asked {
    /// 422 unless the input is an object whose numbers the engine can hold: others it would silently decide on as null or 0.
    pub fn new(input: Value, query: &EvaluateQuery) -> Result<Asked> {
        if !input.is_object() {
            return Err(Problem::new(Code::InvalidBody, "A flow is evaluated on a JSON object, whose members its expressions name.")
                .error("", "a JSON object is needed here"));
        }
        let unheld = engine::unheld(&input, MAX_ERRORS);
        if !unheld.is_empty() {
            let errors = unheld.into_iter().map(|number| BodyError { pointer: number.pointer, detail: number.message }).collect();
            let detail = "The input holds numbers that a flow can't compute with; `errors` says which. Nothing was evaluated: send them as text where the flow only hands them on.";
            return Err(Problem::new(Code::InvalidBody, detail).errors(errors));
        }
        Ok(Asked { text: input.to_string(), input, trace: query.trace })
    }
}

/// What came of it.
pub struct Decided {
    result: std::result::Result<String, RunError>,
    trace: Option<String>,
    duration: Duration,
}

/// The graph behind a digest, from this instance's memory or from Postgres. One that can't be compiled is told by its runs.
pub async fn graph(app: &App, tx: &mut Tx, workspace: Uuid, digest: Digest) -> store::Result<std::result::Result<Graph, CompileError>> {
    if let Some(graph) = app.graphs.get(digest) {
        return Ok(Ok(graph));
    }
    let body = store::contents::body(tx, workspace, digest).await?;
    let compiled = engine::compile(&body);
    if let Ok(graph) = &compiled {
        app.graphs.keep(digest, graph.clone(), body.len());
    }
    Ok(compiled)
}

/// 503 for what could not begin: that is no run.
pub async fn decide(app: &App, graph: &std::result::Result<Graph, CompileError>, asked: &Asked) -> Result<Decided> {
    let graph = match graph {
        Ok(graph) => graph,
        Err(refused) => return Ok(failed(Code::EvaluationFailed, refused.to_string(), None, Duration::ZERO)),
    };
    let Settings { evaluation_limit: limit, evaluation_patience: patience, .. } = app.settings;
    Ok(match graph.evaluate(asked.input.clone(), Options { trace: asked.trace, limit, patience }).await {
        Ok(evaluation) => {
            let result = evaluation.result.to_string();
            if result.len() > MAX_RESULT_BYTES {
                let message = format!("the result has {} bytes, and an answer may have {MAX_RESULT_BYTES}", result.len());
                return Ok(failed(Code::EvaluationFailed, message, None, evaluation.duration));
            }
            Decided { result: Ok(result), trace: evaluation.trace.map(|trace| trace.to_string()), duration: evaluation.duration }
        }
        Err(Failure::Failed { message, node_id, duration }) => failed(Code::EvaluationFailed, message, node_id, duration),
        Err(Failure::TimedOut { limit }) => {
            app.retire();
            failed(Code::EvaluationTimeout, format!("it took longer than {} ms", limit.as_millis()), None, limit)
        }
        Err(busy @ Failure::Busy { .. }) => return Err(Problem::unavailable(busy)),
    })
}

fn failed(code: Code, message: String, node_id: Option<String>, duration: Duration) -> Decided {
    let message = message.chars().take(MAX_MESSAGE_CHARS).collect();
    Decided { result: Err(RunError { code: code.as_str().to_owned(), message, node_id }), trace: None, duration }
}

/// The run's id; `None` when it had to be of the active version and is not any more.
pub async fn record(
    app: &App,
    caller: &Caller,
    version_id: i64,
    only_if_active: bool,
    asked: &Asked,
    decided: &Decided,
) -> Result<Option<Uuid>> {
    let error = decided.result.as_ref().err().map(serde_json::to_string).transpose().map_err(Problem::internal)?;
    let input = within(&asked.text, MAX_KEPT_BYTES);
    let output = decided.result.as_ref().ok().map(|result| within(result, MAX_KEPT_BYTES));
    let trace = decided.trace.as_deref().map(|trace| within(trace, MAX_KEPT_BYTES));
    let outcome = Outcome {
        duration_us: i64::try_from(decided.duration.as_micros()).unwrap_or(i64::MAX),
        input: &input,
        output: output.as_deref(),
        error: error.as_deref(),
        trace: trace.as_deref(),
    };
    Ok(store::runs::record(&app.db, caller.workspace.id, version_id, only_if_active, outcome).await?)
}

/// The text, or what tells of it.
fn within(text: &str, limit: usize) -> Cow<'_, str> {
    if text.len() <= limit {
        return Cow::Borrowed(text);
    }
    let digest = Digest::of(text.as_bytes());
    Cow::Owned(serde_json::json!({"truncated": true, "bytes": text.len(), "digest": digest}).to_string())
}

/// 200 with the result, or 422 with the reason; both with the run's id.
pub fn answer(flow: String, version: Option<i32>, run_id: Uuid, decided: Decided) -> Result<axum::Json<Evaluated>> {
    match decided.result {
        Ok(result) => {
            let trace = decided.trace.map(|trace| raw(within(&trace, MAX_TRACE_BYTES).into_owned())).transpose()?;
            Ok(axum::Json(Evaluated { run_id, flow, version, result: raw(result)?, trace }))
        }
        Err(RunError { code, message, node_id }) => {
            let code = Code::parse(&code).unwrap_or(Code::EvaluationFailed);
            let which = version.map_or_else(|| "The draft".to_owned(), |version| format!("Version {version}"));
            let detail = format!("{which} of the flow {flow:?} could not be evaluated on this input: {message}. The run is kept.");
            Err(Problem::new(code, detail).fact("runId", run_id).fact("flow", flow).fact("version", version).fact("nodeId", node_id))
        }
    }
}

fn raw(text: String) -> Result<Box<RawValue>> {
    RawValue::from_string(text).map_err(Problem::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_large_leaves_its_size_and_digest() {
        let text = format!("{:?}", "x".repeat(100));
        assert_eq!(within(&text, 102), text);
        let left: Value = serde_json::from_str(&within(&text, 101)).unwrap();
        assert_eq!(left, serde_json::json!({"truncated": true, "bytes": 102, "digest": Digest::of(text.as_bytes())}));
    }
}
