//! Bulk publish: which drafts, and why not; `mint_version` does the rest, in the same transaction.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::Trace;
use domain::identity::{GovernanceMode, ResourceType, Right};
use serde_json::{Map, Value, json};
use store::Tx;
use store::many::{self, DraftState};
use store::publish::{self, Answer, Intent, Item, Minted, Refusal, Refused};
use uuid::Uuid;
use wire::problem::Code;
use wire::sync::publish::{ExpectedDraft, PublishMany, PublishStatus, PublishedItem};
use wire::time::Millis;

use crate::auditing;
use crate::extract::Caller;
use crate::minting;
use crate::problem::{Problem, Result};

/// More would hold everybody else up for longer than a request may take.
const MAX_AT_ONCE: usize = 10_000;
/// A function's answer ends at 6 MB; reasons are told in full up to here, and by their codes beyond.
const MAX_REASONS: usize = 2 * 1024 * 1024;

pub enum Outcome {
    Published {
        items: Vec<PublishedItem>,
        minted: Vec<Minted>,
    },
    /// Not here and now; the refusal is in the audit log, which has to be committed.
    Refused(Problem),
}

/// 400 when nothing is asked for, 422 for a note that is too long.
pub fn check(body: &PublishMany) -> Result<()> {
    if body.flow_ids.is_none() && body.connector_ids.is_none() {
        let detail = "Say what to publish: `flowIds` or `connectorIds`, with ids or slugs, or empty for every unpublished draft. Nothing was published.";
        return Err(Problem::new(Code::NothingNamed, detail));
    }
    minting::check_note(body.note.as_deref())
}

pub async fn publish(tx: &mut Tx, caller: &Caller, trace: Option<&Trace>, body: &PublishMany) -> Result<Outcome> {
    let workspace = caller.workspace.id;
    let governance = store::governance::hold(tx, workspace).await?;
    let mut selected = select(tx, workspace, body).await?;
    if let Err(problem) = caller.require(Right::Publish) {
        let detail = auditing::detail(caller, &problem);
        return refused(tx, caller, &selected, &detail, problem).await;
    }
    let mode: GovernanceMode = governance.mode.parse().map_err(Problem::internal)?;
    if !caller.identity.surface.is_some_and(|surface| mode.lets_publish(surface)) {
        let problem = minting::governance_refused(&governance.mode, governance.git_repo_url.as_deref(), "publish");
        let detail = json!({"code": problem.code().as_str(), "mode": governance.mode});
        return refused(tx, caller, &selected, &detail, problem).await;
    }
    if body.flow_ids.as_ref().is_some_and(Vec::is_empty) || body.connector_ids.as_ref().is_some_and(Vec::is_empty) {
        selected.every.extend(many::with_unpublished_drafts(tx, workspace, &every(body)).await?);
    }
    let ids = selected.ids();
    if ids.len() > MAX_AT_ONCE {
        let detail = format!(
            "{} drafts are asked for, and one transaction takes {MAX_AT_ONCE}. Nothing was published; name them in several calls.",
            ids.len()
        );
        return Err(Problem::new(Code::PayloadTooLarge, detail));
    }
    many::lock(tx, workspace, &ids).await?;
    let states = many::states(tx, workspace, &ids).await?;
    let judged = judge(&selected, &states, mode);
    if !judged.refused.is_empty() {
        return Err(refusal(judged.refused));
    }
    let mut items = judged.items;
    let minted = match intended(&items, &states) {
        mintable if mintable.is_empty() => Vec::new(),
        mintable => mint(tx, caller, trace, body.note.as_deref(), mintable).await?,
    };
    let versions: HashMap<Uuid, i32> = minted.iter().map(|minted| (minted.id, minted.version)).collect();
    for item in items.iter_mut().filter(|item| item.status == PublishStatus::Published) {
        item.version = versions.get(&item.id).copied().ok_or_else(|| Problem::internal("mint_version left out an item"))?;
    }
    Ok(Outcome::Published { items, minted })
}

/// The types of which every unpublished draft is asked for.
fn every(body: &PublishMany) -> Vec<&'static str> {
    let lists = [(ResourceType::Flow, &body.flow_ids), (ResourceType::Connector, &body.connector_ids)];
    lists.into_iter().filter(|(_, list)| list.as_ref().is_some_and(Vec::is_empty)).map(|(kind, _)| kind.as_str()).collect()
}

#[derive(Default)]
struct Selected<'a> {
    named: BTreeSet<Uuid>,
    every: BTreeSet<Uuid>,
    expected: BTreeMap<Uuid, Vec<&'a ExpectedDraft>>,
}

impl Selected<'_> {
    fn ids(&self) -> Vec<Uuid> {
        self.named.iter().chain(&self.every).chain(self.expected.keys()).copied().collect::<BTreeSet<_>>().into_iter().collect()
    }
}

/// What the body names; 404 with all that does not exist.
async fn select<'a>(tx: &mut Tx, workspace: Uuid, body: &'a PublishMany) -> Result<Selected<'a>> {
    let named = |kind, list: &'a Option<Vec<String>>| list.iter().flatten().map(move |reference| (kind, reference.as_str()));
    let mut references: Vec<(ResourceType, &str)> =
        named(ResourceType::Flow, &body.flow_ids).chain(named(ResourceType::Connector, &body.connector_ids)).collect();
    let expected: Vec<&ExpectedDraft> = body.expect.iter().flatten().collect();
    let count = references.len();
    references.extend(expected.iter().map(|one| (one.kind, one.id.as_str())));
    let ids = if references.is_empty() { Vec::new() } else { many::find_referenced(tx, workspace, &references).await? };

    let missing: BTreeSet<&(ResourceType, &str)> = references.iter().zip(&ids).filter(|(_, id)| id.is_none()).map(|(one, _)| one).collect();
    if !missing.is_empty() {
        let names: Vec<String> = missing.iter().map(|(kind, reference)| format!("{kind} {reference:?}")).collect();
        let items: Vec<Value> =
            missing.iter().map(|(kind, reference)| json!({"type": kind, "id": reference, "reason": Code::NotFound.as_str()})).collect();
        let problem =
            Problem::new(Code::NotFound, format!("Nothing was published: in this workspace there is no {}.", super::listed(&names)));
        return Err(problem.fact("items", items));
    }
    let mut selected = Selected::default();
    selected.named.extend(ids.iter().take(count).flatten());
    for (one, id) in expected.into_iter().zip(ids.into_iter().skip(count).flatten()) {
        selected.expected.entry(id).or_default().push(one);
    }
    Ok(selected)
}

/// The refusal, audited for each resource that was named, as if each had been published alone.
async fn refused(tx: &mut Tx, caller: &Caller, selected: &Selected<'_>, detail: &Value, problem: Problem) -> Result<Outcome> {
    let named = selected.named.iter().copied().map(Some);
    let named: Vec<Option<Uuid>> = if selected.named.is_empty() { vec![None] } else { named.collect() };
    store::audit::record_each(tx, caller.workspace.id, &caller.actor(), "publish_refused", &named, detail).await?;
    Ok(Outcome::Refused(problem))
}

/// An item that can't be published, with every reason.
struct RefusedItem {
    kind: String,
    id: Uuid,
    slug: String,
    reasons: Vec<Problem>,
}

#[derive(Default)]
struct Judged {
    /// By type, then slug.
    items: Vec<PublishedItem>,
    refused: Vec<RefusedItem>,
}

fn judge(selected: &Selected<'_>, states: &HashMap<Uuid, DraftState>, mode: GovernanceMode) -> Judged {
    let mut judged = Judged::default();
    let mut by_name: Vec<&DraftState> = states.values().collect();
    by_name.sort_by(|one, other| (&one.kind, &one.slug).cmp(&(&other.kind, &other.slug)));
    for state in by_name {
        let expected = selected.expected.get(&state.id).map(Vec::as_slice).unwrap_or_default();
        let (status, codes) = verdict(state, selected.named.contains(&state.id), selected.every.contains(&state.id), expected, mode);
        if !codes.is_empty() {
            let reasons = codes.into_iter().map(|code| reason(state, code)).collect();
            judged.refused.push(RefusedItem { kind: state.kind.clone(), id: state.id, slug: state.slug.clone(), reasons });
        } else if let (Some((status, reason)), Ok(kind)) = (status, state.kind.parse()) {
            let (id, slug, version) = (state.id, state.slug.clone(), state.active_version);
            judged.items.push(PublishedItem { kind, id, slug, status, version, reason: reason.map(str::to_owned) });
        }
    }
    judged
}

type Verdict = (Option<(PublishStatus, Option<&'static str>)>, Vec<&'static str>);

/// What is to become of a draft, or the codes of all reasons why it can't be published.
fn verdict(state: &DraftState, named: bool, every: bool, expected: &[&ExpectedDraft], mode: GovernanceMode) -> Verdict {
    let (mut version_conflict, mut draft_changed) = (false, false);
    for one in expected {
        version_conflict |= one.base_version != state.base_version;
        draft_changed |= one.draft_etag != state.digest.0;
    }
    let not_applied = mode == GovernanceMode::CodeManaged && state.is_foreign && !state.is_clean();
    let (publishes, skips) = match (named, every && !state.is_clean()) {
        (true, _) => (!state.is_clean(), None),
        (false, true) if state.archived => (false, Some("archived")),
        (false, true) if not_applied => (false, Some("draft_not_applied")),
        (false, every) => (every, None),
    };
    version_conflict |= publishes && state.base_version != state.active_version;
    let reasons = [
        (version_conflict, "version_conflict"),
        (draft_changed, "draft_changed"),
        (named && state.archived, "archived"),
        (named && not_applied, "draft_not_applied"),
        (publishes && !state.publishable, "not_publishable"),
    ];
    let codes = reasons.into_iter().filter(|(holds, _)| *holds).map(|(_, code)| code).collect();
    let status = match () {
        () if publishes => Some((PublishStatus::Published, None)),
        () if skips.is_some() => Some((PublishStatus::Skipped, skips)),
        () if named => Some((PublishStatus::Unchanged, None)),
        // Only expected, or published by somebody else a moment ago.
        () => None,
    };
    (status, codes)
}

/// In the words of a single publish, named as this API names them.
fn reason(state: &DraftState, code: &str) -> Problem {
    let facts = json!({
        "slug": state.slug, "active_version": state.active_version, "draft_base_version": state.base_version,
        "published_by": state.published_by, "published_at": state.published_at.map(Millis), "source": state.published_source,
        "etag": state.digest.0, "updated_by": state.updated_by, "updated_at": Millis(state.updated_at), "diagnostics": state.diagnostics,
    });
    let facts = match facts {
        Value::Object(facts) => facts,
        _ => Map::new(),
    };
    minting::refused("publish", &state.kind, Refusal { code: code.to_owned(), facts }).in_camel_case()
}

/// 409 if any reason is a conflict, else 422.
fn refusal(refused: Vec<RefusedItem>) -> Problem {
    let codes = || refused.iter().flat_map(|item| &item.reasons).map(Problem::code);
    let code = codes().find(|code| code.status() == Code::VersionConflict.status()).or_else(|| codes().next()).unwrap_or(Code::Internal);
    let names: Vec<String> = refused.iter().map(|item| format!("{} {:?}", item.kind, item.slug)).collect();
    let detail = format!("Nothing was published, because not all of it can be: {}. `items` says why.", super::listed(&names));
    let mut shown = 0;
    let mut truncated = false;
    let items = refused.into_iter().map(|item| {
        let first = item.reasons.first().map(|reason| reason.code().as_str());
        let mut reasons: Vec<Value> = item.reasons.into_iter().map(Problem::into_fact).collect();
        shown += reasons.iter().map(|reason| reason.to_string().len()).sum::<usize>();
        if shown > MAX_REASONS {
            truncated = true;
            reasons = reasons.iter().map(|reason| json!({"code": reason["code"]})).collect();
        }
        json!({"type": item.kind, "id": item.id, "slug": item.slug, "reason": first, "reasons": reasons})
    });
    let items: Vec<Value> = items.collect();
    let problem = Problem::new(code, detail).fact("items", items);
    if truncated { problem.fact("truncated", true) } else { problem }
}

/// What `mint_version` is asked for.
fn intended(items: &[PublishedItem], states: &HashMap<Uuid, DraftState>) -> Vec<Item> {
    let published = items.iter().filter(|item| item.status == PublishStatus::Published);
    let intended = published.map(|item| Item {
        reference: item.id.to_string(),
        resource_type: Some(item.kind),
        base_version: Some(item.version),
        draft_etag: states.get(&item.id).map(|state| state.digest.0),
        ..Item::default()
    });
    intended.collect()
}

async fn mint(tx: &mut Tx, caller: &Caller, trace: Option<&Trace>, note: Option<&str>, items: Vec<Item>) -> Result<Vec<Minted>> {
    let workspace = caller.workspace.id.to_string();
    let intent = Intent {
        secret: caller.identity.secret,
        workspace: Some(&workspace),
        operation: "publish",
        resource_type: ResourceType::Flow.as_str(),
        items,
        note,
        idempotency: None,
        git_commit: caller.provenance.git_commit.as_deref(),
        git_branch: caller.provenance.git_branch.as_deref(),
        host: caller.provenance.host.as_deref(),
        client: caller.provenance.client.as_deref(),
        trace,
    };
    match publish::mint_within(tx, &intent).await? {
        Answer::Minted { items, .. } => Ok(items),
        Answer::Refused(Refused::Call(refusal)) => Err(minting::refused("publish", intent.resource_type, refusal)),
        Answer::Refused(Refused::Items { items }) => {
            Err(Problem::internal(format!("mint_version refused what is held and was judged publishable: {items:?}")))
        }
    }
}
