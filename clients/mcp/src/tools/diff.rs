use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::arguments::Kind;
use crate::refusal::Refusal;
use crate::session::Session;
use crate::shown::Side;
use crate::{fitting, shown};

pub const DESCRIPTION: &str = "What a publish of the draft would change: the draft against the version in force. With `version`, what that version changed, against the one before or `against`. Secrets are masked.";

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Arguments {
    /// `connector` or `flow`.
    #[serde(rename = "type")]
    kind: Kind,
    /// Slug or id.
    slug: String,
    /// A version's number, in place of the draft.
    version: Option<i32>,
    /// With `version`: another version's number, `active` or `draft`.
    against: Option<String>,
    /// Only changes at, above or below this JSON Pointer.
    path: Option<String>,
}

pub async fn run(session: &Session, arguments: Arguments) -> Result<Value, Refusal> {
    let Arguments { kind, slug, version, against, path } = arguments;
    let what = kind.selector(&slug);
    let (mut about, changes, sides) = match version {
        Some(version) => {
            let diff = session.client.diff_version(what, version, against.as_deref()).await?;
            let other = diff.against.as_i64().and_then(|number| number.try_into().ok()).map_or(Side::Draft, Side::Version);
            let about = json!({"version": diff.version, "against": diff.against, "truncated": diff.truncated});
            (about, diff.changes, [other, Side::Version(version)])
        }
        None => {
            let diff = session.client.diff_draft(what).await?;
            let about = json!({
                "baseVersion": diff.base_version,
                "publishedVersion": diff.published_version,
                "conflicts": diff.conflicts.len(),
                "mergeable": diff.mergeable,
                "truncated": diff.truncated,
            });
            (about, diff.changes, [Side::Version(diff.published_version), Side::Draft])
        }
    };
    about["type"] = shown::kind_name(kind);
    about["slug"] = slug.as_str().into();
    let documents = if changes.is_empty() { Vec::new() } else { shown::documents(session, what, &sides).await? };
    let changes = shown::sides(&changes, &documents, path.as_deref());
    Ok(fitting::with_items(
        shown::object(about),
        "changes",
        changes,
        "Narrow them with `path`, or read values with get_draft and get_published.",
    ))
}
