//! The active version merged into a draft that is based on an older one.

use std::collections::BTreeMap;

use domain::merge::{Side, merge};
use serde_json::Value;
use store::Tx;
use store::drafts::Draft;
use wire::connectors::{ConflictItem, fitting};
use wire::problem::{BodyError, Code};

use crate::drafting::{self, Loaded, Next, Target};
use crate::problem::{Problem, Result};

type Resolutions = BTreeMap<String, Side>;

/// Merges and saves. Where the draft is based on the active version already, nothing changes.
pub async fn merge_active(tx: &mut Tx, target: Target<'_>, resolutions: &Resolutions) -> Result<Loaded> {
    for _ in 0..drafting::MAX_TRIES {
        let draft = drafting::find_to_write(tx, target).await?;
        let document = merged(tx, target, &draft, resolutions).await?;
        let next = Next { document, base_version: draft.active_version, restored_from: None };
        if let Some(saved) = drafting::save(tx, target, draft, next).await? {
            return Ok(saved);
        }
    }
    Err(Problem::unavailable("a merge lost every race"))
}

/// What [`merge_active`] would leave; nothing is written.
pub async fn preview(tx: &mut Tx, target: Target<'_>, resolutions: &Resolutions) -> Result<Loaded> {
    let mut draft = drafting::find_to_write(tx, target).await?;
    let document = merged(tx, target, &draft, resolutions).await?;
    let content = drafting::content_of(target.kind, &document)?;
    draft.base_version = draft.active_version;
    draft.digest = store::drafts::DigestColumn(content.digest);
    draft.diagnostics = Some(content.diagnostics);
    Ok(Loaded { draft, body: content.body })
}

async fn merged(tx: &mut Tx, target: Target<'_>, draft: &Draft, resolutions: &Resolutions) -> Result<Value> {
    if draft.base_version == draft.active_version {
        return drafting::document(tx, target.caller, draft.digest.0).await;
    }
    let sides = drafting::sides(tx, target, draft).await?;
    let merged = merge(&sides.base, &sides.draft, &sides.active, resolutions);
    if !merged.unknown_resolutions.is_empty() {
        let errors = merged.unknown_resolutions.iter().map(|path| BodyError {
            pointer: format!("/resolutions/{}", path.replace('~', "~0").replace('/', "~1")),
            detail: format!("there is no conflict at {path:?}"),
        });
        return Err(Problem::new(
            Code::InvalidBody,
            "Some resolutions name no conflict of this merge; `errors` says which. Nothing was changed.",
        )
        .errors(errors.collect()));
    }
    if merged.conflicts.is_empty() {
        return Ok(merged.value);
    }
    let count = merged.conflicts.len();
    let (conflicts, truncated): (Vec<ConflictItem>, bool) = fitting(merged.conflicts.into_iter().map(Into::into));
    let detail = format!(
        "The draft and version {} both changed {} in ways that exclude each other. Nothing was changed; say in `resolutions` for each path which side to keep.",
        draft.active_version,
        if count == 1 { "one place".to_owned() } else { format!("{count} places") }
    );
    let problem = Problem::new(Code::MergeConflict, detail);
    Err(if truncated { problem.fact("truncated", true) } else { problem }
        .fact("conflicts", conflicts)
        .fact("active_version", draft.active_version)
        .fact("draft_base_version", draft.base_version))
}
