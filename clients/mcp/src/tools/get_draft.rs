use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::arguments::Kind;
use crate::refusal::Refusal;
use crate::session::Session;
use crate::shown;

pub const DESCRIPTION: &str = "Read a draft: the document (or, with `path`, a part of it), its etag, which every write needs, and what is wrong with it. Secrets are masked.";

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Arguments {
    /// `connector` or `flow`.
    #[serde(rename = "type")]
    kind: Kind,
    /// Slug or id.
    slug: String,
    /// A JSON Pointer, in which `@<id>` names an item of an array whose items have ids: `/entities/contact`, `/nodes/@n1`.
    path: Option<String>,
}

pub async fn run(session: &Session, arguments: Arguments) -> Result<Value, Refusal> {
    let Arguments { kind, slug, path } = arguments;
    let draft = session.client.get_draft(kind.selector(&slug)).await?;
    shown::document(shown::draft_state(kind, &slug, &draft), kind, &draft.document, path.as_deref())
}
