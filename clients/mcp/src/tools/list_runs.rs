use schemars::JsonSchema;
use sdk::RunsQuery;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::refusal::Refusal;
use crate::session::Session;
use crate::{fitting, shown};

pub const DESCRIPTION: &str = "What flows decided lately, newest first: which version, whether it succeeded, how long it took.";

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Arguments {
    /// A flow's slug or id.
    flow: Option<String>,
    /// `cli` or `designer`: where the version came from.
    source: Option<String>,
    /// `succeeded` or `failed`.
    status: Option<String>,
    /// 1 to 200; 20 when left out.
    limit: Option<usize>,
    /// Where the last answer ended (`nextCursor`).
    cursor: Option<String>,
}

const USUAL: usize = 20;

pub async fn run(session: &Session, arguments: Arguments) -> Result<Value, Refusal> {
    let Arguments { flow, source, status, limit, cursor } = arguments;
    let query = RunsQuery { flow, source, status, limit: Some(limit.unwrap_or(USUAL)), cursor };
    let page = session.client.list_runs(&query).await?;
    let about = shown::object(json!({"nextCursor": page.next_cursor}));
    Ok(fitting::with_items(about, "runs", page.items.iter().map(|run| json!(run)).collect(), "Ask for fewer with `limit`."))
}
