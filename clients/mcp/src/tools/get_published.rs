use schemars::JsonSchema;
use sdk::Which;
use serde::Deserialize;
use serde_json::Value;
use wire::problem::Code;

use crate::arguments::Kind;
use crate::refusal::Refusal;
use crate::session::Session;
use crate::shown;

pub const DESCRIPTION: &str = "Read a published version, the one in force when `version` is left out: its document (or, with `path`, a part of it), and who published it when and from where. Secrets are masked.";

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Arguments {
    /// `connector` or `flow`.
    #[serde(rename = "type")]
    kind: Kind,
    /// Slug or id.
    slug: String,
    /// A version's number.
    version: Option<i32>,
    /// A JSON Pointer, in which `@<id>` names an item of an array whose items have ids.
    path: Option<String>,
}

pub async fn run(session: &Session, arguments: Arguments) -> Result<Value, Refusal> {
    let Arguments { kind, slug, version, path } = arguments;
    let what = kind.selector(&slug);
    let version = match version {
        Some(version) => version,
        None => session.client.get_resource(what).await?.published_version,
    };
    if version == 0 {
        return Err(Refusal::new(
            Code::NotPublished,
            format!("{slug:?} was never published: there is only its draft, which get_draft reads."),
        ));
    }
    let found = session.client.get_version(what, Which::Version(version), None).await?;
    let mut about = shown::version(&found.of);
    about.insert("type".to_owned(), shown::kind_name(kind));
    about.insert("slug".to_owned(), slug.into());
    shown::document(about, kind, &found.document, path.as_deref())
}
