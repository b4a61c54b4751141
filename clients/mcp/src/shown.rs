//! Resources, drafts and versions as agents read them: one vocabulary for connectors and flows.

use sdk::{Draft, Finding, Resource, Selector, Version, Which};
use serde_json::{Map, Value, json};
use wire::problem::Code;

use crate::arguments::{Kind, Object};
use crate::refusal::Refusal;
use crate::session::Session;
use crate::{fitting, masking};

pub(crate) fn resource(of: &Resource) -> Value {
    json!({
        "type": of.kind,
        "id": of.id,
        "slug": of.slug,
        "name": of.name,
        "publishedVersion": of.published_version,
        "hasUnpublishedChanges": of.has_unpublished_changes,
        "archived": of.archived,
        "updatedAt": of.updated_at,
    })
}

/// A draft without its document: what a write answers.
pub(crate) fn draft_state(kind: Kind, slug: &str, of: &Draft) -> Object {
    let mut shown = object(json!({
        "type": kind_name(kind),
        "slug": slug,
        "etag": of.etag,
        "baseVersion": of.base_version,
        "publishedVersion": of.published_version,
        "hasUnpublishedChanges": of.has_unpublished_changes,
        "updatedAt": of.updated_at,
        "updatedBy": of.updated_by,
    }));
    findings(&mut shown, &of.findings);
    shown
}

/// What is wrong with a document: what blocks a publish, and what only warns.
pub(crate) fn findings(into: &mut Object, all: &[Finding]) {
    for (name, blocks) in [("blockers", true), ("warnings", false)] {
        let told = all.iter().filter(|one| one.blocks == blocks);
        let (kept, more) = fitting::findings(
            told.map(|one| json!({"code": one.code, "message": masking::text(one.message.clone()), "path": one.path})).collect(),
        );
        into.insert(name.to_owned(), kept.into());
        if more > 0 {
            into.insert(format!("{name}LeftOut"), more.into());
        }
    }
}

pub(crate) fn version(of: &Version) -> Object {
    let by = &of.provenance;
    object(json!({
        "version": of.version,
        "snapshot": of.snapshot,
        "isCurrent": by.is_active,
        "source": by.source,
        "surface": by.surface,
        "actorKind": by.actor_kind,
        "createdByEmail": by.created_by_email,
        "gitCommitSha": by.git_commit_sha,
        "note": by.note.clone().map(masking::text),
        "restoredFrom": by.restored_from,
        "archived": by.archived,
        "publishedAt": of.published_at,
        "digest": by.digest,
    }))
}

/// A whole document, masked, or its part at `path`: masked as in the whole, because what stands around a value tells what it is.
pub(crate) fn document(mut about: Object, kind: Kind, whole: &Value, path: Option<&str>) -> Result<Value, Refusal> {
    let Some(path) = path else {
        return Ok(fitting::with_document(about, kind.member(), "", masking::masked(whole)));
    };
    about.insert("path".to_owned(), path.into());
    Ok(fitting::with_document(about, "value", path, part(whole, path)?))
}

/// What stands at `path`, masked as in the whole.
pub(crate) fn part(whole: &Value, path: &str) -> Result<Value, Refusal> {
    masking::part(whole, path).ok_or_else(|| Refusal::new(Code::NotFound, format!("There is nothing at {path:?} in this document.")))
}

/// A document that changes or conflicts are about.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Side {
    Draft,
    Version(i32),
}

/// The documents of these sides: what is masked in them is masked in what differs between them.
pub(crate) async fn documents(session: &Session, what: Selector<'_>, of: &[Side]) -> Result<Vec<Value>, Refusal> {
    let mut documents = Vec::new();
    for side in of {
        documents.push(match side {
            Side::Draft => session.client.get_draft(what).await?.document,
            // Before the first version there was nothing.
            Side::Version(..1) => continue,
            Side::Version(version) => session.client.get_version(what, Which::Version(*version), None).await?.document,
        });
    }
    Ok(documents)
}

/// Changes of these documents, or conflicts between them, at or below `path`, masked.
pub(crate) fn sides<T: serde::Serialize>(items: &[T], documents: &[Value], path: Option<&str>) -> Vec<Value> {
    let below = |item: &Value| {
        let at = item.get("path").and_then(Value::as_str).unwrap_or_default();
        // A change of the whole document, or of what the path is a part of, concerns it too.
        path.is_none_or(|path| is_at_or_below(at, path) || is_at_or_below(path, at))
    };
    items.iter().map(|item| json!(item)).filter(below).map(|item| masking::sides(item, documents)).collect()
}

fn is_at_or_below(path: &str, top: &str) -> bool {
    path.strip_prefix(top).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

pub(crate) fn kind_name(kind: Kind) -> Value {
    json!(domain::identity::ResourceType::from(kind))
}

pub(crate) fn object(value: Value) -> Object {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}
