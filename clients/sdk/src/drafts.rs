//! Drafts: what everybody edits and nobody runs.

use std::collections::BTreeMap;

use domain::digest::Digest;
use domain::identity::ResourceType;
use domain::merge::Side;
use http::Method;
use serde_json::{Value, json};
use wire::connectors::{ChangeItem, ConflictItem, DraftDiff, DraftState, Finding as ConnectorFinding};
use wire::flows::{Diagnostic, FlowDraftDiff, FlowDraftState};
use wire::time::Millis;

use crate::address::segment;
use crate::call::Call;
use crate::client::Client;
use crate::error::Result;
use crate::resources::Selector;

/// A draft: the document, and what a write or publish has to know of it.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Where a part was asked for: that part.
    pub document: Value,
    pub base_version: i32,
    pub published_version: i32,
    pub has_unpublished_changes: bool,
    pub etag: Digest,
    pub updated_at: Millis,
    pub updated_by: Option<String>,
    pub findings: Vec<Finding>,
}

/// Something about a document, and where.
#[derive(Debug, Clone)]
pub struct Finding {
    pub blocks: bool,
    pub code: String,
    pub message: String,
    pub path: String,
}

/// What a publish of the draft would change, and what a merge would ask about.
#[derive(Debug, Clone)]
pub struct Difference {
    pub base_version: i32,
    pub published_version: i32,
    /// `before` is the published version, `after` the draft.
    pub changes: Vec<ChangeItem>,
    /// There are more of them than an answer can carry.
    pub truncated: bool,
    /// `active` is the published version's side.
    pub conflicts: Vec<ConflictItem>,
    pub mergeable: bool,
}

impl Client {
    pub async fn get_draft(&self, what: Selector<'_>) -> Result<Draft> {
        self.answering_a_draft(what, Call::get(what.path("/draft"))).await
    }

    /// Only the part at this pointer, in which `@<id>` names an item of a keyed array.
    pub async fn get_draft_part(&self, what: Selector<'_>, path: &str) -> Result<Draft> {
        self.answering_a_draft(what, Call::get(what.path("/draft")).query("path", Some(path))).await
    }

    /// Merges this patch (RFC 7396) into a connector's draft, if that is still the one with this etag.
    pub async fn patch_connector_draft(&self, id: &str, patch: &Value, etag: Option<Digest>) -> Result<Draft> {
        let what = connector(id);
        self.answering_a_draft(what, if_match(Call::new(Method::PATCH, what.path("/draft")), etag).json(patch)?).await
    }

    /// Replaces the draft, if that is still the one with this etag.
    pub async fn put_draft(&self, what: Selector<'_>, document: &Value, etag: Option<Digest>) -> Result<Draft> {
        let body = if what.is_flow() { json!({"graph": document}) } else { document.clone() };
        self.answering_a_draft(what, if_match(Call::new(Method::PUT, what.path("/draft")), etag).repeatable().json(&body)?).await
    }

    /// The draft becomes the published version again.
    pub async fn reset_draft(&self, what: Selector<'_>, etag: Option<Digest>) -> Result<Draft> {
        self.answering_a_draft(what, if_match(Call::new(Method::DELETE, what.path("/draft")), etag)).await
    }

    pub async fn put_entity(&self, id: &str, name: &str, entity: &Value, etag: Option<Digest>) -> Result<Draft> {
        self.put_part(id, &entity_path(name), entity, etag).await
    }

    pub async fn delete_entity(&self, id: &str, name: &str, etag: Option<Digest>) -> Result<Draft> {
        self.delete_part(id, &entity_path(name), etag).await
    }

    pub async fn put_event_flow(&self, id: &str, source: &str, of: &str, event_flow: &Value, etag: Option<Digest>) -> Result<Draft> {
        self.put_part(id, &event_flow_path(source, of), event_flow, etag).await
    }

    pub async fn delete_event_flow(&self, id: &str, source: &str, of: &str, etag: Option<Digest>) -> Result<Draft> {
        self.delete_part(id, &event_flow_path(source, of), etag).await
    }

    pub async fn put_settings(&self, id: &str, settings: &Value, etag: Option<Digest>) -> Result<Draft> {
        self.put_part(id, "/draft/settings", settings, etag).await
    }

    /// The draft against the published version.
    pub async fn diff_draft(&self, what: Selector<'_>) -> Result<Difference> {
        let call = Call::get(what.path("/draft/diff"));
        Ok(if what.is_flow() {
            let FlowDraftDiff { base_version, published_version, changes, truncated, conflicts, mergeable } = self.send(call).await?;
            Difference { base_version, published_version, changes, truncated, conflicts, mergeable }
        } else {
            let DraftDiff { base_version, active_version, changes, truncated, conflicts, mergeable } = self.send(call).await?;
            Difference { base_version, published_version: active_version, changes, truncated, conflicts, mergeable }
        })
    }

    /// Merges the published version into the draft; for each conflict's path the side to keep.
    pub async fn merge_draft(&self, what: Selector<'_>, resolutions: &BTreeMap<String, Side>, etag: Option<Digest>) -> Result<Draft> {
        let call = Call::post(what.path("/draft/merge")).json(&json!({"resolutions": resolutions}))?;
        self.answering_a_draft(what, if_match(call, etag)).await
    }

    async fn put_part(&self, id: &str, part: &str, value: &Value, etag: Option<Digest>) -> Result<Draft> {
        let what = connector(id);
        let call = if_match(Call::new(Method::PUT, what.path(part)), etag);
        self.answering_a_draft(what, call.repeatable().json(value)?).await
    }

    async fn delete_part(&self, id: &str, part: &str, etag: Option<Digest>) -> Result<Draft> {
        let what = connector(id);
        self.answering_a_draft(what, if_match(Call::new(Method::DELETE, what.path(part)), etag)).await
    }

    pub(crate) async fn answering_a_draft(&self, what: Selector<'_>, call: Call) -> Result<Draft> {
        let mut value: Value = self.send(call).await?;
        let whole = value.get_mut(what.member("config", "graph")).map(Value::take);
        let document = whole.or_else(|| value.get_mut("value").map(Value::take)).unwrap_or_default();
        if what.is_flow() {
            let FlowDraftState { base_version, published_version, has_unpublished_changes, etag, updated_at, updated_by, diagnostics } =
                self.read(value)?;
            let findings = of_diagnostics(diagnostics);
            return Ok(Draft {
                document,
                base_version,
                published_version,
                has_unpublished_changes,
                etag,
                updated_at,
                updated_by,
                findings,
            });
        }
        let DraftState { base_version, active_version, has_unpublished_changes, etag, updated_at, updated_by, warnings, blockers } =
            self.read(value)?;
        Ok(Draft {
            document,
            base_version,
            published_version: active_version,
            has_unpublished_changes,
            etag,
            updated_at,
            updated_by,
            findings: of_findings(warnings, &blockers),
        })
    }
}

/// What blocks a publish is among the warnings too.
pub(crate) fn of_findings(warnings: Vec<ConnectorFinding>, blockers: &[ConnectorFinding]) -> Vec<Finding> {
    let blocks = |one: &ConnectorFinding| blockers.iter().any(|blocker| blocker.path == one.path && blocker.code == one.code);
    warnings.into_iter().map(|one| Finding { blocks: blocks(&one), code: one.code, message: one.message, path: one.path }).collect()
}

pub(crate) fn of_diagnostics(diagnostics: Vec<Diagnostic>) -> Vec<Finding> {
    let finding = |one: Diagnostic| Finding { blocks: one.severity == "error", code: one.code, message: one.message, path: one.path };
    diagnostics.into_iter().map(finding).collect()
}

pub(crate) fn if_match(call: Call, etag: Option<Digest>) -> Call {
    match etag {
        Some(etag) => call.header("if-match", &format!("\"{etag}\"")),
        None => call,
    }
}

fn connector(id: &str) -> Selector<'_> {
    Selector { kind: ResourceType::Connector, id }
}

fn entity_path(name: &str) -> String {
    format!("/draft/entities/{}", segment(name))
}

fn event_flow_path(source: &str, of: &str) -> String {
    format!("/draft/event-flows/{}/{}", segment(source), segment(of))
}
