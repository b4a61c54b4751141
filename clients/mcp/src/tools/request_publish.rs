use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use wire::problem::Code;

use crate::arguments::Kind;
use crate::refusal::Refusal;
use crate::session::Session;
use crate::shown;

pub const DESCRIPTION: &str =
    "Ask for a publish: answers the address at which a person reviews the draft and publishes it. Give it to them. Agents never publish.";

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
    let resource = session.client.get_resource(kind.selector(&slug)).await?;
    let me = session.client.me().await?;
    let workspace = me
        .workspace
        .ok_or_else(|| Refusal::new(Code::WorkspaceRequired, "The token spans several workspaces: say which with --workspace."))?;
    let list = match kind {
        Kind::Connector => "connectors",
        Kind::Flow => "flows",
    };
    let url = format!("{}/w/{}/{list}/{}/review", me.console_url.trim_end_matches('/'), workspace.slug, resource.slug);
    let next = if resource.has_unpublished_changes {
        "Give this address to a person: they see what would change, and publish it or not."
    } else {
        "There is nothing to publish: the draft is the version in force."
    };
    Ok(json!({
        "url": url,
        "type": shown::kind_name(kind),
        "slug": resource.slug,
        "hasUnpublishedChanges": resource.has_unpublished_changes,
        "next": next,
    }))
}
