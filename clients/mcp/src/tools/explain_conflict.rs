use schemars::JsonSchema;
use sdk::Which;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::arguments::Kind;
use crate::refusal::Refusal;
use crate::session::Session;
use crate::shown::Side;
use crate::{fitting, shown};

pub const DESCRIPTION: &str = "Why a draft can't be published or merged: what the draft and the version in force both changed, with the value that both began with, who published that version, and the ways out. Secrets are masked.";

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Arguments {
    /// `connector` or `flow`.
    #[serde(rename = "type")]
    kind: Kind,
    /// Slug or id.
    slug: String,
    /// Only conflicts at, above or below this JSON Pointer.
    path: Option<String>,
}

pub async fn run(session: &Session, arguments: Arguments) -> Result<Value, Refusal> {
    let Arguments { kind, slug, path } = arguments;
    let what = kind.selector(&slug);
    let diff = session.client.diff_draft(what).await?;
    let is_behind = diff.base_version != diff.published_version;
    let mut about = json!({
        "type": shown::kind_name(kind),
        "slug": slug,
        "baseVersion": diff.base_version,
        "publishedVersion": diff.published_version,
        "mergeable": diff.mergeable,
        "truncated": diff.truncated,
        "explanation": explained(is_behind, diff.conflicts.len(), diff.base_version, diff.published_version),
    });
    if is_behind && diff.published_version > 0 {
        let found = session.client.get_version(what, Which::Version(diff.published_version), None).await?;
        about["published"] = shown::version(&found.of).into();
    }
    let sides = [Side::Version(diff.base_version), Side::Draft, Side::Version(diff.published_version)];
    let documents = if diff.conflicts.is_empty() { Vec::new() } else { shown::documents(session, what, &sides).await? };
    let conflicts = shown::sides(&diff.conflicts, &documents, path.as_deref());
    Ok(fitting::with_items(shown::object(about), "conflicts", conflicts, "Narrow them with `path`."))
}

fn explained(is_behind: bool, conflicts: usize, base: i32, published: i32) -> String {
    if !is_behind {
        return format!("There is no conflict: the draft began at version {base}, which is in force.");
    }
    let begun = format!("The draft began at version {base}; since then version {published} was published.");
    if conflicts == 0 {
        return format!("{begun} They changed different things: a person can merge them in the console with one click.");
    }
    format!(
        "{begun} Both changed the same {conflicts} thing(s) differently: `base` is what both began with, `draft` what the draft has, \
         `active` what is in force. To give in, write the `active` value into the draft; to insist, leave it. A person then merges in \
         the console, or takes the version in force and drops the draft's changes."
    )
}
