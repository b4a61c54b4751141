use domain::identity::ResourceType;
use schemars::JsonSchema;
use sdk::ResourceQuery;
use serde::Deserialize;
use serde_json::{Value, json};
use wire::problem::Code;

use crate::arguments::{Kind, Object};
use crate::refusal::Refusal;
use crate::session::Session;
use crate::{fitting, shown};

pub const DESCRIPTION: &str = "List the workspace's connectors and flows, newest first, with their slugs, published versions and whether they have unpublished changes.";

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Arguments {
    /// Only connectors, or only flows. Both when left out.
    #[serde(rename = "type")]
    kind: Option<Kind>,
    /// Part of the slug or of the name.
    q: Option<String>,
    /// Only those with (or without) unpublished changes.
    has_unpublished_changes: Option<bool>,
    /// How many of a type, 1 to 200; 50 when left out.
    limit: Option<usize>,
    /// Where the last answer ended (`nextCursors`); needs `type`.
    cursor: Option<String>,
}

pub async fn run(session: &Session, arguments: Arguments) -> Result<Value, Refusal> {
    if arguments.cursor.is_some() && arguments.kind.is_none() {
        return Err(Refusal::new(Code::InvalidBody, "A cursor belongs to the list of one type: say which with `type`."));
    }
    let kinds = match arguments.kind {
        Some(kind) => vec![kind],
        None => vec![Kind::Connector, Kind::Flow],
    };
    let query = ResourceQuery {
        q: arguments.q.as_deref(),
        has_unpublished_changes: arguments.has_unpublished_changes,
        archived: None,
        limit: arguments.limit,
        cursor: arguments.cursor.as_deref(),
    };
    let mut items = Vec::new();
    let mut cursors = Object::new();
    for kind in kinds {
        let kind = ResourceType::from(kind);
        let page = session.client.list_resources(kind, &query).await?;
        items.extend(page.items.iter().map(shown::resource));
        cursors.insert(kind.to_string(), json!(page.next_cursor));
    }
    let about = shown::object(json!({"nextCursors": cursors}));
    Ok(fitting::with_items(about, "resources", items, "Ask for fewer with `limit` or `q`."))
}
