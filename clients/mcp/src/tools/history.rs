use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use wire::sync::history::HistoryItem;

use crate::arguments::Kind;
use crate::refusal::Refusal;
use crate::session::Session;
use crate::{fitting, masking, shown};

pub const DESCRIPTION: &str = "Every save, apply and publish of a resource, newest first: who, when, from where, from which git commit. A `version` is a publish; others are snapshots, which restore_into_draft takes too.";

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Arguments {
    /// `connector` or `flow`.
    #[serde(rename = "type")]
    kind: Kind,
    /// Slug or id.
    slug: String,
    /// 1 to 200; 20 when left out.
    limit: Option<usize>,
    /// Where the last answer ended (`nextCursor`).
    cursor: Option<String>,
}

const USUAL: usize = 20;

pub async fn run(session: &Session, arguments: Arguments) -> Result<Value, Refusal> {
    let Arguments { kind, slug, limit, cursor } = arguments;
    let page = session.client.history(kind.into(), &slug, limit.unwrap_or(USUAL), cursor.as_deref()).await?;
    let item = |mut item: HistoryItem| {
        item.note = item.note.map(masking::text);
        json!(item)
    };
    let about = shown::object(json!({"type": shown::kind_name(kind), "slug": slug, "nextCursor": page.next_cursor}));
    Ok(fitting::with_items(about, "items", page.items.into_iter().map(item).collect(), "Ask for fewer with `limit`."))
}
