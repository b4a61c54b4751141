use schemars::JsonSchema;
use sdk::Target;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::arguments::Object;
use crate::refusal::Refusal;
use crate::session::Session;
use crate::{fitting, shown};

pub const DESCRIPTION: &str =
    "Let a flow's draft decide on an input. Nothing in production changes; the run is kept as one of the draft. Secrets are masked.";

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Arguments {
    /// The flow's slug or id.
    slug: String,
    /// What the flow decides on.
    input: Object,
    /// Also tell what each node took and gave.
    #[serde(default)]
    trace: bool,
    /// A JSON Pointer into the result, or, with `trace`, into `{result, trace}`.
    path: Option<String>,
}

pub async fn run(session: &Session, arguments: Arguments) -> Result<Value, Refusal> {
    let Arguments { slug, input, trace, path } = arguments;
    let evaluated = session.client.evaluate(&slug, Target::Draft, &Value::Object(input), trace).await?;
    let about = shown::object(json!({"flow": evaluated.flow, "runId": evaluated.run_id, "version": evaluated.version}));
    let result = json!(evaluated.result);
    let decided = match evaluated.trace {
        Some(trace) => json!({"result": result, "trace": trace}),
        None => result,
    };
    let path = path.unwrap_or_default();
    let member = if trace { "decision" } else { "result" };
    Ok(fitting::with_document(about, member, &path, shown::part(&decided, &path)?))
}
