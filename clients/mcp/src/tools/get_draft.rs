use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::arguments::Kind;
use crate::refusal::Refusal;
use crate::session::Session;
use crate::{fitting, masking, shown};

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
    let what = kind.selector(&slug);
    let draft = match &path {
        Some(path) => session.client.get_draft_part(what, path).await?,
        None => session.client.get_draft(what).await?,
    };
    let mut about = shown::draft_state(kind, &slug, &draft);
    let member = if path.is_some() { "value" } else { kind.member() };
    if let Some(path) = &path {
        about.insert("path".to_owned(), path.as_str().into());
    }
    let path = path.unwrap_or_default();
    Ok(fitting::with_document(about, member, &path, masking::masked_at(draft.document, &path)))
}
