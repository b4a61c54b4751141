//! Apply: decide, lock, see that nothing moved, then write everything or nothing.

use std::collections::{BTreeMap, HashMap};

use domain::identity::{GovernanceMode, Right, Surface};
use serde_json::json;
use store::Tx;
use store::apply::{self, Applied};
use store::governance::Governance;
use store::many::{self, DraftState};
use uuid::Uuid;
use wire::problem::Code;
use wire::sync::plan::{SyncChange, SyncItem, SyncPlan};

use super::asking::Asked;
use super::planning::{self, Planned};
use super::writing::{Checked, Writes};
use crate::extract::Caller;
use crate::minting;
use crate::problem::{Problem, Result};

pub enum Outcome {
    Applied(SyncPlan),
    /// Somebody changed or made one of the resources meanwhile, or the mode: decide again.
    Overtaken,
    /// Not here and now; the refusal is in the audit log, which has to be committed.
    Refused(Problem),
}

/// With `hold`, everything is locked before it is decided: nobody overtakes that, and others wait for it.
pub async fn apply(tx: &mut Tx, caller: &Caller, asked: &[Asked], hold: bool, checked: &mut Checked) -> Result<Outcome> {
    let workspace = caller.workspace.id;
    only_from_the_cli(caller)?;
    caller.require(Right::Apply)?;
    let governance = if hold { store::governance::hold(tx, workspace).await? } else { store::governance::read(tx, workspace).await? };
    let mode: GovernanceMode = governance.mode.parse().map_err(Problem::internal)?;
    if !mode.lets_publish(Surface::Cli) {
        let detail = json!({"code": "governance_refused", "mode": governance.mode});
        store::audit::record(tx, workspace, &caller.actor(), "apply_refused", None, &detail).await?;
        return Ok(Outcome::Refused(minting::governance_refused(&governance.mode, governance.git_repo_url.as_deref(), "apply")));
    }
    let planned = planning::plan(tx, caller, &governance, asked, hold, checked).await?;
    refuse(&planned)?;
    let Planned { mut plan, mut writes, states, .. } = planned;
    if !hold && !still_holds(tx, workspace, &governance, &states).await? {
        return Ok(Outcome::Overtaken);
    }

    if !create(tx, caller, asked, &mut plan, &mut writes).await? {
        return Ok(Outcome::Overtaken);
    }
    apply::keep_contents(tx, workspace, &writes.contents).await?;
    if !writes.drafts.is_empty() {
        apply::keep_verdicts(tx, workspace, &writes.verdicts).await?;
        let drafts: Vec<_> = writes.drafts.into_iter().map(|(_, draft)| draft).collect();
        let saved = apply::save(tx, workspace, &drafts, &caller.author()).await?;
        if usize::try_from(saved).ok() != Some(drafts.len()) {
            return Ok(Outcome::Overtaken);
        }
    }
    let resources = plan.items.iter().filter_map(|item| item.id).collect();
    let applied = Applied { resources, local: asked.iter().map(|asked| asked.local).collect() };
    apply::record(tx, workspace, &applied, caller.provenance.git_commit.as_deref(), caller.provenance.git_branch.as_deref()).await?;
    audit(tx, caller, &plan).await?;
    Ok(Outcome::Applied(plan))
}

/// Locks what was decided on, and answers whether it is as it was.
async fn still_holds(tx: &mut Tx, workspace: Uuid, governance: &Governance, states: &HashMap<Uuid, DraftState>) -> Result<bool> {
    if store::governance::hold(tx, workspace).await? != *governance {
        return Ok(false);
    }
    let ids: Vec<Uuid> = states.keys().copied().collect();
    many::lock(tx, workspace, &ids).await?;
    Ok(many::states(tx, workspace, &ids).await? == *states)
}

fn only_from_the_cli(caller: &Caller) -> Result<()> {
    if caller.identity.surface == Some(Surface::Cli) {
        return Ok(());
    }
    let detail = "Apply brings a checkout's files into drafts, so it takes a token of the cli surface (fcs_): run `fcc apply`, in CI with a service token. From here, write the draft itself.";
    Err(Problem::new(Code::Forbidden, detail).fact("right", Right::Apply))
}

/// 409 where anything conflicts or differs from the plan, then what could not be stored.
fn refuse(planned: &Planned) -> Result<()> {
    let items = &planned.plan.items;
    if planned.has_conflicts() {
        let conflicts = items.iter().filter(|item| item.change == SyncChange::Conflict);
        let names: Vec<String> = conflicts.map(|item| format!("{} {:?}", item.kind, item.slug)).collect();
        let detail = format!(
            "{} can't be merged: the file and the draft, or the draft and the active version, changed the same things. Nothing was changed; `items` says what conflicts. Pull, resolve, and apply again.",
            super::listed(&names)
        );
        let problem = Problem::new(Code::MergeConflict, detail).fact("items", items);
        return Err(if planned.plan.truncated { problem.fact("truncated", true) } else { problem });
    }
    if !planned.stale.is_empty() {
        let stale: Vec<&SyncItem> = planned.stale.iter().filter_map(|&nth| items.get(nth)).collect();
        let names: Vec<String> = stale.iter().map(|item| format!("{} {:?}", item.kind, item.slug)).collect();
        let detail = format!(
            "The plan no longer holds for {}: a draft changed since. Nothing was changed; make a new plan and look at it.",
            super::listed(&names)
        );
        return Err(Problem::new(Code::PlanStale, detail).fact("items", stale));
    }
    planned.fault.clone().map_or(Ok(()), Err)
}

/// Makes the resources that do not exist yet. False when somebody else did meanwhile.
async fn create(tx: &mut Tx, caller: &Caller, asked: &[Asked], plan: &mut SyncPlan, writes: &mut Writes) -> Result<bool> {
    let new = plan.items.iter().zip(asked).filter(|(item, _)| item.id.is_none());
    let new: BTreeMap<_, _> = new.map(|(_, asked)| (asked.named(), asked.name.as_str())).collect();
    if new.is_empty() {
        return Ok(true);
    }
    let made = apply::create(tx, caller.workspace.id, &new).await?;
    if made.len() < new.len() {
        return Ok(false);
    }
    let ids: BTreeMap<(String, String), _> = made.into_iter().map(|(kind, slug, id)| ((kind, slug), id)).collect();
    for item in plan.items.iter_mut().filter(|item| item.id.is_none()) {
        item.id = ids.get(&(item.kind.to_string(), item.slug.clone())).copied();
    }
    for (nth, draft) in &mut writes.drafts {
        if let Some(id) = plan.items.get(*nth).and_then(|item| item.id) {
            draft.resource = id;
        }
    }
    Ok(true)
}

/// A row for each draft that changed, and in which way.
async fn audit(tx: &mut Tx, caller: &Caller, plan: &SyncPlan) -> Result<()> {
    for change in [SyncChange::Created, SyncChange::Updated, SyncChange::Merged] {
        let changed = plan.items.iter().filter(|item| item.change == change);
        let resources: Vec<Option<Uuid>> = changed.map(|item| item.id).collect();
        if !resources.is_empty() {
            let detail = json!({"change": change, "git_commit": caller.provenance.git_commit});
            store::audit::record_each(tx, caller.workspace.id, &caller.actor(), "apply", &resources, &detail).await?;
        }
    }
    Ok(())
}
