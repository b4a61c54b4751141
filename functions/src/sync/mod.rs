//! What `fcc` stands on: export, plan, apply, bulk publish, drift, history.

pub mod apply_sync;
mod applying;
mod asking;
mod deciding;
pub mod export_resources;
pub mod get_content;
pub mod get_drift;
pub mod list_history;
pub mod list_publishes;
pub mod plan_sync;
mod planning;
pub mod publish_sync;
mod publishing;
pub mod put_content;
pub mod record_pull;
mod writes;

use std::str::FromStr;

use domain::digest::Digest;
use domain::identity::ResourceType;
use store::Tx;
use store::resources::Resource;
use wire::problem::Code;

use crate::extract::Caller;
use crate::problem::{Problem, Result};

/// The resource of a path that names its type: `flow` or `connector`; anything else is 404.
async fn find(tx: &mut Tx, caller: &Caller, kind: &str, reference: &str) -> Result<Resource> {
    let kind = ResourceType::from_str(kind).map_err(|unknown| Problem::new(Code::NotFound, format!("{unknown}.")))?;
    store::resources::find(tx, caller.workspace.id, kind, reference)
        .await?
        .ok_or_else(|| Problem::not_found(format!("{kind} {reference:?}")))
}

/// The digest in a path.
fn digest(text: &str) -> Result<Digest> {
    text.parse().map_err(|_| Problem::new(Code::NotFound, "A content is found by its digest, 64 lowercase hex digits."))
}

/// The first few of them.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 5;
    match names.len().saturating_sub(SHOWN) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names[..SHOWN].join(", ")),
    }
}
