//! Reading and writing drafts, the same for connectors and flows. Writes compare and swap on what they read: of two that touch
//! different parts at the same time both hold, because the loser reads again and decides again.

use std::collections::BTreeMap;
use std::fmt::Display;

use domain::Canonical;
use domain::canonical;
use domain::canonical::Inadmissible;
use domain::diff::diff;
use domain::digest::Digest;
use domain::identity::Right;
use domain::merge::merge;
use serde_json::Value;
use store::Tx;
use store::drafts::{Content, Draft, Swap};
use store::versions::Version;
use wire::connectors::{ChangeItem, ConflictItem, fitting};
use wire::problem::Code;
use wire::time::Millis;

use crate::app::App;
use crate::extract::{Caller, IfMatch};
use crate::kind::{Kind, Verdict};
use crate::problem::{Problem, Result};

/// Which draft, for whom, and under which condition.
#[derive(Clone, Copy)]
pub struct Target<'a> {
    pub caller: &'a Caller,
    pub kind: Kind,
    /// Id or slug.
    pub reference: &'a str,
    pub if_match: IfMatch,
}

/// A draft with its canonical bytes.
pub struct Loaded {
    pub draft: Draft,
    pub body: Vec<u8>,
}

/// A writer that loses this often in a row gives way.
pub const MAX_TRIES: usize = 100;

/// For reading: 404, then 403.
pub async fn read(tx: &mut Tx, caller: &Caller, kind: Kind, reference: &str) -> Result<Loaded> {
    let draft = find(tx, caller, kind, reference).await?;
    caller.require(Right::Read)?;
    let body = store::contents::body(tx, caller.workspace.id, draft.digest.0).await?;
    Ok(Loaded { draft, body })
}

/// The draft without its body, or 404.
pub async fn find(tx: &mut Tx, caller: &Caller, kind: Kind, reference: &str) -> Result<Draft> {
    store::drafts::find(tx, caller.workspace.id, kind.resource, reference)
        .await?
        .ok_or_else(|| Problem::not_found(format!("{kind} {reference:?}")))
}

/// For writing: 404, then 403, then 412.
pub async fn find_to_write(tx: &mut Tx, target: Target<'_>) -> Result<Draft> {
    let draft = find(tx, target.caller, target.kind, target.reference).await?;
    target.caller.require(Right::Draft)?;
    match target.if_match.0 {
        Some(expected) if expected != draft.digest.0 => Err(precondition_failed(&draft)),
        _ => Ok(draft),
    }
}

/// A document by its digest; stored bodies are canonical, so this fails for a broken store only.
pub async fn document(tx: &mut Tx, caller: &Caller, digest: Digest) -> Result<Value> {
    let body = store::contents::body(tx, caller.workspace.id, digest).await?;
    canonical::parse(&body).map_err(Problem::internal)
}

/// The document of a published version; version 0 is the empty one.
pub async fn version_document(tx: &mut Tx, target: Target<'_>, draft: &Draft, version: i32) -> Result<Value> {
    if version == 0 {
        return Ok((target.kind.empty)());
    }
    let found = store::versions::published(tx, target.caller.workspace.id, draft.resource_id, version).await?;
    let version = found.ok_or_else(|| Problem::not_found(format!("version {version} of {} {:?}", target.kind, target.reference)))?;
    document(tx, target.caller, version.digest()).await
}

/// What the draft shall be, and what it shall be based on.
pub struct Next {
    pub document: Value,
    pub base_version: i32,
    pub restored_from: Option<i32>,
}

/// Changes the draft's document, keeping its base.
pub async fn edit(tx: &mut Tx, target: Target<'_>, change: impl Fn(Value) -> Result<Value>) -> Result<Loaded> {
    for _ in 0..MAX_TRIES {
        let draft = find_to_write(tx, target).await?;
        let document = change(document(tx, target.caller, draft.digest.0).await?)?;
        let next = Next { document, base_version: draft.base_version, restored_from: None };
        if let Some(saved) = save(tx, target, draft, next).await? {
            return Ok(saved);
        }
    }
    Err(Problem::unavailable("a draft write lost every race"))
}

/// Checks and stores; `None` when somebody else wrote since `draft` was read. What changes nothing writes nothing.
pub async fn save(tx: &mut Tx, target: Target<'_>, draft: Draft, next: Next) -> Result<Option<Loaded>> {
    let content = content_of(target.kind, &next.document)?;
    if content.digest == draft.digest.0 && next.base_version == draft.base_version {
        return Ok(Some(Loaded { draft, body: content.body }));
    }
    let swap =
        Swap { expected: Some((draft.digest.0, draft.base_version)), base_version: next.base_version, restored_from: next.restored_from };
    let caller = target.caller;
    let saved =
        store::drafts::save(tx, caller.workspace.id, target.kind.resource, draft.resource_id, swap, &content, &caller.author()).await?;
    if saved.is_none() {
        return Ok(None);
    }
    let draft = find(tx, caller, target.kind, target.reference).await?;
    Ok(Some(Loaded { draft, body: content.body }))
}

/// A document's canonical form, within its size. `what` names it in the refusal: 413.
pub fn canonical_of(what: impl Display, document: &Value) -> Result<Canonical> {
    Canonical::admit(document).map_err(|inadmissible| match inadmissible {
        Inadmissible::TooLarge { bytes } => Problem::new(
            Code::PayloadTooLarge,
            format!("The {what} would be {bytes} bytes in canonical form and may be {}. Nothing was changed.", domain::MAX_BODY_BYTES),
        ),
        Inadmissible::TooDeep => {
            Problem::new(Code::SchemaViolation, format!("The {what} would be nested too deeply: {inadmissible}. Nothing was changed."))
        }
    })
}

/// A document as it is stored: canonical, within its size, checked against the rules of its type. 413, then 422.
pub fn content_of(kind: Kind, document: &Value) -> Result<Content> {
    let Canonical { bytes, digest } = canonical_of(kind, document)?;
    let Verdict { publishable, diagnostics, manifest } = (kind.check)(document)?;
    let manifest = manifest.map(|manifest| (manifest.digest, manifest.bytes));
    Ok(Content { digest, body: bytes, manifest, checker_version: kind.checker_version, publishable, diagnostics })
}

/// 412, with what the draft is now.
fn precondition_failed(draft: &Draft) -> Problem {
    Problem::new(
        Code::PreconditionFailed,
        "The draft is no longer the one that If-Match names. Nothing was changed; read the draft again and repeat your change on it.",
    )
    .fact("etag", draft.digest.0)
    .fact("updated_by", &draft.updated_by_email)
    .fact("updated_at", Millis(draft.updated_at))
}

/// The draft becomes the active version again, or empty where there is none.
pub async fn reset(tx: &mut Tx, target: Target<'_>) -> Result<Loaded> {
    for _ in 0..MAX_TRIES {
        let draft = find_to_write(tx, target).await?;
        let document = version_document(tx, target, &draft, draft.active_version).await?;
        let next = Next { document, base_version: draft.active_version, restored_from: None };
        if let Some(saved) = save(tx, target, draft, next).await? {
            return Ok(saved);
        }
    }
    Err(Problem::unavailable("a draft write lost every race"))
}

/// What the draft changed, and what the active version changed meanwhile.
pub struct Sides {
    pub base: Value,
    pub draft: Value,
    pub active: Value,
}

/// The three documents of a merge, of which `base` and `active` are one and the same while nobody published in between.
pub async fn sides(tx: &mut Tx, target: Target<'_>, draft: &Draft) -> Result<Sides> {
    let active = version_document(tx, target, draft, draft.active_version).await?;
    let base = if draft.base_version == draft.active_version {
        active.clone()
    } else {
        version_document(tx, target, draft, draft.base_version).await?
    };
    Ok(Sides { base, draft: document(tx, target.caller, draft.digest.0).await?, active })
}

/// What a publish would change, and what a merge would ask about.
pub struct Differences {
    pub draft: Draft,
    pub changes: Vec<ChangeItem>,
    pub conflicts: Vec<ConflictItem>,
    /// There are more of them than an answer can carry.
    pub truncated: bool,
    pub mergeable: bool,
}

/// The draft against the active version.
pub async fn differences(app: &App, target: Target<'_>) -> Result<Differences> {
    let mut tx = app.db.begin(target.caller.scope()).await?;
    let outcome = async {
        let draft = find(&mut tx, target.caller, target.kind, target.reference).await?;
        target.caller.require(Right::Read)?;
        let sides = sides(&mut tx, target, &draft).await?;
        Ok::<_, Problem>((draft, sides))
    }
    .await;
    let (draft, sides) = store::end(tx, outcome).await?;
    let conflicts = if draft.base_version == draft.active_version {
        Vec::new()
    } else {
        merge(&sides.base, &sides.draft, &sides.active, &BTreeMap::new()).conflicts
    };
    let mergeable = conflicts.is_empty();
    let (changes, more_changes) = fitting(diff(&sides.active, &sides.draft).into_iter().map(Into::into));
    let (conflicts, more_conflicts) = fitting(conflicts.into_iter().map(Into::into));
    Ok(Differences { draft, changes, conflicts, truncated: more_changes || more_conflicts, mergeable })
}

/// A former version or snapshot becomes the draft, based on the active version.
pub async fn restore(tx: &mut Tx, target: Target<'_>, from: &Version) -> Result<Loaded> {
    for _ in 0..MAX_TRIES {
        let draft = find_to_write(tx, target).await?;
        let next = Next {
            document: document(tx, target.caller, from.digest()).await?,
            base_version: draft.active_version,
            restored_from: from.version,
        };
        if let Some(saved) = save(tx, target, draft, next).await? {
            return Ok(saved);
        }
    }
    Err(Problem::unavailable("a restore lost every race"))
}
