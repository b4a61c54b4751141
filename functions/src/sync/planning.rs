//! The answer of plan and apply: each file decided on the state that its draft is in, and what there is to write.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use domain::canonical;
use domain::digest::Digest;
use domain::identity::{GovernanceMode, ResourceType};
use serde_json::Value;
use store::Tx;
use store::apply::NewDraft;
use store::governance::Governance;
use store::many::{self, DraftState, Named};
use uuid::Uuid;
use wire::problem::Code;
use wire::sync::plan::{BlockedBy, SyncChange, SyncConflict, SyncItem, SyncPlan};

use super::asking::{Asked, refuse_retired, refuse_unknown};
use super::deciding::{Decision, Documents, Sides, decide};
use super::writing::{Checked, Writes};
use crate::extract::Caller;
use crate::kind::Kind;
use crate::problem::{Problem, Result};

/// Documents are read this many bytes at a time, more only where one resource needs more.
const MAX_AT_HAND: usize = 8 * 1024 * 1024;
/// What one call may have to write, beyond what is stored already.
const MAX_NEW: usize = 64 * 1024 * 1024;
/// A function's answer ends at 6 MB; conflicts end here, all together.
const MAX_CONFLICTS: usize = 2 * 1024 * 1024;

/// What apply would do, or does.
#[derive(Default)]
pub struct Planned {
    pub plan: SyncPlan,
    pub writes: Writes,
    /// The drafts that this was decided on.
    pub states: HashMap<Uuid, DraftState>,
    /// Positions of items that are not what the caller expects.
    pub stale: Vec<usize>,
    /// 413 or 422, when a result could not be stored.
    pub fault: Option<Problem>,
}

impl Planned {
    pub fn has_conflicts(&self) -> bool {
        self.plan.items.iter().any(|item| item.change == SyncChange::Conflict)
    }
}

/// Decides all of them. With `hold`, on drafts that nobody else changes until the transaction ends.
pub async fn plan(
    tx: &mut Tx,
    caller: &Caller,
    governance: &Governance,
    asked: &[Asked],
    hold: bool,
    checked: &mut Checked,
) -> Result<Planned> {
    let workspace = caller.workspace.id;
    let names: Vec<Named<'_>> = asked.iter().map(Asked::named).collect();
    let ids = many::find(tx, workspace, &names).await?;
    let known: Vec<Uuid> = ids.iter().flatten().copied().collect();
    if hold {
        many::lock(tx, workspace, &known).await?;
    }
    let by_id = many::states(tx, workspace, &known).await?;
    let states: Vec<Option<&DraftState>> = ids.into_iter().map(|id| by_id.get(&id?)).collect();
    refuse_retired(tx, workspace, asked, &states).await?;

    let sides = asked.iter().zip(&states).map(|(asked, state)| state.map(|state| sides(asked, state)).transpose());
    let sides: Vec<Option<Sides>> = sides.collect::<Result<_>>()?;
    let needed: Vec<BTreeSet<Digest>> = asked
        .iter()
        .zip(&sides)
        .map(|(asked, sides)| sides.map_or_else(|| BTreeSet::from([asked.local]), |sides| sides.needed()))
        .collect();
    let named = asked.iter().flat_map(|asked| asked.base.into_iter().chain([asked.local]));
    let all: Vec<Digest> = needed.iter().flatten().copied().chain(named).collect::<BTreeSet<_>>().into_iter().collect();
    let stored = many::sizes(tx, workspace, &all).await?;
    refuse_unknown(asked, &stored)?;

    let surface = caller.identity.surface.ok_or_else(|| Problem::internal("a caller without a surface reads a plan"))?;
    let mode: GovernanceMode = governance.mode.parse().map_err(Problem::internal)?;
    let mut planning = Planning { governed: !mode.lets_publish(surface), stored: &stored, checked, planned: Planned::default(), shown: 0 };
    let mut documents = at_hand(asked);
    let resident = documents.digests();
    let mut at = 0;
    while at < asked.len() {
        let end = page(&needed, &stored, at);
        let wanted: BTreeSet<Digest> = needed[at..end].iter().flatten().copied().filter(|digest| !documents.has(*digest)).collect();
        for (digest, body) in many::bodies(tx, workspace, &wanted.into_iter().collect::<Vec<_>>()).await? {
            documents.insert_stored(digest, &body)?;
        }
        for nth in at..end {
            match (states[nth], &sides[nth]) {
                (Some(state), Some(sides)) => planning.existing(nth, &asked[nth], state, sides, &documents)?,
                _ => planning.created(nth, &asked[nth], &documents)?,
            }
        }
        documents.keep_only(&resident);
        at = end;
    }
    let planned = planning.planned;
    Ok(Planned { states: by_id, ..planned })
}

/// Where the page ends that begins at `at`.
fn page(needed: &[BTreeSet<Digest>], stored: &HashMap<Digest, usize>, at: usize) -> usize {
    let mut bytes = 0;
    let rest = needed[at..].iter().take_while(|needed| {
        let begun = bytes;
        bytes += needed.iter().filter_map(|digest| stored.get(digest)).sum::<usize>();
        begun == 0 || bytes <= MAX_AT_HAND
    });
    at + rest.count().max(1)
}

/// What needs no reading: bodies that the request carries, and what a resource is before its first version.
fn at_hand(asked: &[Asked]) -> Documents {
    let mut documents = Documents::default();
    for &kind in ResourceType::ALL {
        let empty = (Kind::of(kind).empty)();
        documents.insert(canonical::digest_of(&empty), Arc::new(empty));
    }
    for one in asked {
        if let Some((document, _)) = &one.inline {
            documents.insert(one.local, document.clone());
        }
    }
    documents
}

fn sides(asked: &Asked, state: &DraftState) -> Result<Sides> {
    let digest = |version: &Option<Vec<u8>>| match version {
        Some(bytes) => Digest::try_from(bytes.as_slice()).map_err(Problem::internal),
        None => Ok(canonical::digest_of(&(Kind::of(asked.kind).empty)())),
    };
    let behind =
        if state.base_version == state.active_version { None } else { Some((digest(&state.base_digest)?, digest(&state.active_digest)?)) };
    Ok(Sides { base: asked.base, local: asked.local, draft: state.digest.0, behind })
}

struct Planning<'a> {
    governed: bool,
    stored: &'a HashMap<Digest, usize>,
    checked: &'a mut Checked,
    planned: Planned,
    /// Bytes of conflicts so far.
    shown: usize,
}

impl Planning<'_> {
    fn existing(&mut self, nth: usize, asked: &Asked, state: &DraftState, sides: &Sides, documents: &Documents) -> Result<()> {
        let mut item = SyncItem {
            kind: asked.kind,
            id: Some(state.id),
            slug: asked.slug.clone(),
            change: SyncChange::Conflict,
            result_digest: None,
            base_version: state.base_version,
            draft_etag: Some(state.digest.0),
            conflicts: Vec::new(),
            conflict_with: None,
            blocked_by: Vec::new(),
        };
        match decide(sides, documents)? {
            Decision::Conflict(with, conflicts) => {
                item.conflict_with = Some(with);
                item.conflicts = self.fitting(conflicts);
            }
            Decision::Result(digest, document) => {
                let new = NewDraft {
                    kind: asked.kind,
                    resource: state.id,
                    expected_digest: Some(state.digest.0),
                    expected_base: Some(state.base_version),
                    base_version: state.active_version,
                    digest,
                    manifest_digest: None,
                };
                item.change = match () {
                    () if !sides.writes(digest) => SyncChange::Unchanged,
                    () if digest == asked.local => SyncChange::Updated,
                    () => SyncChange::Merged,
                };
                let publishable = match document {
                    Some(document) => self.write(nth, new, &document),
                    None => state.publishable,
                };
                (item.result_digest, item.draft_etag, item.base_version) = (Some(digest), Some(digest), state.active_version);
                self.result(nth, asked, digest, publishable, &mut item);
            }
        }
        self.planned.plan.items.push(item);
        Ok(())
    }

    fn created(&mut self, nth: usize, asked: &Asked, documents: &Documents) -> Result<()> {
        let new = NewDraft {
            kind: asked.kind,
            resource: Uuid::nil(),
            expected_digest: None,
            expected_base: None,
            base_version: 0,
            digest: asked.local,
            manifest_digest: None,
        };
        let publishable = self.write(nth, new, &*documents.get(asked.local)?);
        let mut item = SyncItem {
            kind: asked.kind,
            id: None,
            slug: asked.slug.clone(),
            change: SyncChange::Created,
            result_digest: Some(asked.local),
            base_version: 0,
            draft_etag: Some(asked.local),
            conflicts: Vec::new(),
            conflict_with: None,
            blocked_by: Vec::new(),
        };
        self.result(nth, asked, asked.local, publishable, &mut item);
        self.planned.plan.items.push(item);
        Ok(())
    }

    fn result(&mut self, nth: usize, asked: &Asked, digest: Digest, publishable: bool, item: &mut SyncItem) {
        if asked.expect.is_some_and(|expected| expected != digest) {
            self.planned.stale.push(nth);
        }
        let writes = &mut self.planned.writes;
        writes.file(asked, self.stored);
        if writes.bytes > MAX_NEW {
            writes.clear();
            self.checked.clear();
            let detail = format!("This call would write more than {MAX_NEW} bytes. Nothing was changed; apply fewer resources at a time.");
            self.fault(Problem::new(Code::PayloadTooLarge, detail));
        }
        if self.governed {
            item.blocked_by.push(BlockedBy::Governance);
        }
        if !publishable {
            item.blocked_by.push(BlockedBy::NotPublishable);
        }
    }

    /// Lays out what there is to store. Answers whether the draft could be published.
    fn write(&mut self, nth: usize, new: NewDraft, document: &Value) -> bool {
        self.planned.writes.draft(nth, new, document, self.stored, self.checked).unwrap_or_else(|problem| {
            self.fault(problem.inside(&format!("/resources/{nth}/body")));
            false
        })
    }

    fn fault(&mut self, problem: Problem) {
        self.planned.fault = Some(match self.planned.fault.take() {
            Some(first) => first.joined(problem),
            None => problem,
        });
    }

    /// As many conflicts as the answer can carry.
    fn fitting(&mut self, conflicts: Vec<SyncConflict>) -> Vec<SyncConflict> {
        let mut fitting = Vec::new();
        for conflict in conflicts {
            self.shown += serde_json::to_vec(&conflict).map_or(0, |json| json.len());
            if self.shown > MAX_CONFLICTS {
                self.planned.plan.truncated = true;
                break;
            }
            fitting.push(conflict);
        }
        fitting
    }
}
