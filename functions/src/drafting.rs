//! Reading and writing drafts, the same for connectors and flows. Writes compare and swap on what they read: of two that touch
//! different parts at the same time both hold, because the loser reads again and decides again.

use domain::Canonical;
use domain::canonical::Inadmissible;
use domain::digest::Digest;
use domain::identity::{ResourceType, Right};
use domain::{canonical, connector, flow};
use serde_json::{Value, json};
use store::Tx;
use store::drafts::{Content, Draft, Swap};
use store::versions::Version;
use wire::problem::{BodyError, Code};
use wire::time::Millis;

use crate::extract::{Caller, IfMatch};
use crate::problem::{Problem, Result};

/// Which draft, for whom, and under which condition.
#[derive(Clone, Copy)]
pub struct Target<'a> {
    pub caller: &'a Caller,
    pub kind: ResourceType,
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

/// What a resource of this type is before its first version.
pub fn empty(kind: ResourceType) -> Value {
    match kind {
        ResourceType::Connector => connector::empty(),
        ResourceType::Flow => flow::empty(),
    }
}

/// For reading: 404, then 403.
pub async fn read(tx: &mut Tx, caller: &Caller, kind: ResourceType, reference: &str) -> Result<Loaded> {
    let draft = find(tx, caller, kind, reference).await?;
    caller.require(Right::Read)?;
    let body = store::contents::body(tx, caller.workspace.id, draft.digest.0).await?;
    Ok(Loaded { draft, body })
}

/// The draft without its body, or 404.
pub async fn find(tx: &mut Tx, caller: &Caller, kind: ResourceType, reference: &str) -> Result<Draft> {
    store::drafts::find(tx, caller.workspace.id, kind, reference).await?.ok_or_else(|| Problem::not_found(format!("{kind} {reference:?}")))
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
        return Ok(empty(target.kind));
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
    let saved = store::drafts::save(tx, caller.workspace.id, target.kind, draft.resource_id, swap, &content, &caller.author()).await?;
    if saved.is_none() {
        return Ok(None);
    }
    let draft = find(tx, caller, target.kind, target.reference).await?;
    Ok(Some(Loaded { draft, body: content.body }))
}

/// A document as it is stored: canonical, within its size, checked against the rules of its type. 413, then 422.
pub fn content_of(kind: ResourceType, document: &Value) -> Result<Content> {
    let Canonical { bytes, digest } = Canonical::admit(document).map_err(|inadmissible| match inadmissible {
        Inadmissible::TooLarge { bytes } => Problem::new(
            Code::PayloadTooLarge,
            format!("The {kind} would be {bytes} bytes in canonical form and may be {}. Nothing was changed.", domain::MAX_BODY_BYTES),
        ),
        Inadmissible::TooDeep => {
            Problem::new(Code::SchemaViolation, format!("The {kind} would be nested too deeply: {inadmissible}. Nothing was changed."))
        }
    })?;
    match kind {
        ResourceType::Connector => {
            let findings = connector::check(document).map_err(|violations| {
                let errors =
                    violations.into_iter().map(|violation| BodyError { pointer: violation.pointer, detail: violation.detail }).collect();
                Problem::new(
                    Code::SchemaViolation,
                    "The config would break the connector schema; `errors` says where. Nothing was changed.",
                )
                .errors(errors)
            })?;
            let manifest = Canonical::of(&connector::manifest(document));
            Ok(Content {
                digest,
                body: bytes,
                manifest: Some((manifest.digest, manifest.bytes)),
                checker_version: connector::CHECKER_VERSION,
                publishable: findings.publishable(),
                diagnostics: json!({"warnings": findings.all_warnings(), "blockers": findings.blockers}),
            })
        }
        ResourceType::Flow => Err(Problem::internal("flows are not served yet")),
    }
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
