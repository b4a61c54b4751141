use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::arguments::Kind;
use crate::refusal::Refusal;
use crate::session::Session;
use crate::shown;

pub const DESCRIPTION: &str = "Whether the draft could be published as it is: what blocks it, what only deserves a look, and whether somebody published another version meanwhile.";

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Arguments {
    /// `connector` or `flow`.
    #[serde(rename = "type")]
    kind: Kind,
    /// Slug or id.
    slug: String,
}

pub async fn run(session: &Session, Arguments { kind, slug }: Arguments) -> Result<Value, Refusal> {
    let draft = session.client.get_draft(kind.selector(&slug)).await?;
    let is_behind = draft.base_version != draft.published_version;
    let mut answer = shown::draft_state(kind, &slug, &draft);
    answer.insert("isBehind".to_owned(), is_behind.into());
    let ready = !is_behind && draft.has_unpublished_changes && !draft.findings.iter().any(|one| one.blocks);
    answer.insert("publishable".to_owned(), ready.into());
    if is_behind {
        let hint = format!(
            "The draft began at version {} and version {} is in force: explain_conflict tells whether both changed the same.",
            draft.base_version, draft.published_version
        );
        answer.insert("hint".to_owned(), json!(hint));
    }
    Ok(answer.into())
}
