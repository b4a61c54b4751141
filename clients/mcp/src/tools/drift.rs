use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::refusal::Refusal;
use crate::session::Session;
use crate::{fitting, shown};

pub const DESCRIPTION: &str =
    "Whether production and git agree: the numbers, and for each resource that differs the reason, who did it and when.";

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Arguments {}

pub async fn run(session: &Session, Arguments {}: Arguments) -> Result<Value, Refusal> {
    let mut about = shown::object(serde_json::json!(session.client.drift().await?));
    let reasons = match about.remove("reasons") {
        Some(Value::Array(reasons)) => reasons,
        _ => Vec::new(),
    };
    Ok(fitting::with_items(about, "reasons", reasons, "The numbers count all of them."))
}
