//! How flows, drafts and versions are answered.

use store::drafts::Draft;
use store::publish::Minted;
use store::resources::Resource;
use store::versions::Version;
use wire::flows::{Diagnostic, Flow, FlowDraftState, FlowProvenance, FlowSnapshot, FlowVersion, LastPulled, PublishedFlow};

use crate::problem::{Problem, Result};

pub fn state(draft: &Draft) -> Result<FlowDraftState> {
    Ok(FlowDraftState {
        base_version: draft.base_version,
        published_version: draft.active_version,
        has_unpublished_changes: draft.has_unpublished_changes(),
        etag: draft.digest.0,
        updated_at: draft.updated_at.into(),
        updated_by: draft.updated_by_email.clone(),
        diagnostics: diagnostics(draft)?,
    })
}

fn diagnostics(draft: &Draft) -> Result<Vec<Diagnostic>> {
    match draft.diagnostics.as_ref().and_then(|found| found.get("diagnostics")) {
        Some(found) => serde_json::from_value(found.clone()).map_err(Problem::internal),
        None => Ok(Vec::new()),
    }
}

pub fn flow(resource: Resource) -> Flow {
    Flow {
        id: resource.id,
        slug: resource.slug,
        name: resource.name,
        published_version: resource.active_version,
        published_version_id: resource.published_version_id,
        has_unpublished_changes: resource.has_unpublished_changes,
        diverged_from_git: resource.diverged_from_git,
        last_pulled: resource.pulled_at.map(|at| LastPulled {
            by: resource.pulled_by,
            at_utc: at.into(),
            host: resource.pulled_host,
            branch: resource.pulled_branch,
            commit: resource.pulled_commit,
        }),
        archived: resource.archived,
        updated_at: resource.updated_at.into(),
    }
}

/// A row of the history that was published.
pub fn version(row: Version) -> Result<FlowVersion> {
    let (Some(version), Some(published_at)) = (row.version, row.published_at) else {
        return Err(Problem::internal("an unpublished snapshot where a version was expected"));
    };
    Ok(FlowVersion { version, published_at: published_at.into(), provenance: provenance(row) })
}

pub fn snapshot(row: Version) -> FlowSnapshot {
    FlowSnapshot {
        snapshot: row.id,
        version: row.version,
        created_at: row.created_at.into(),
        published_at: row.published_at.map(Into::into),
        provenance: provenance(row),
    }
}

fn provenance(row: Version) -> FlowProvenance {
    FlowProvenance {
        is_active: row.is_active,
        digest: row.digest(),
        source: row.source,
        surface: row.surface,
        actor_kind: row.actor_kind,
        created_by_email: row.created_by_email,
        git_commit_sha: row.git_commit_sha,
        git_branch: row.git_branch,
        note: row.note,
        restored_from: row.restored_from,
        archived: row.archived,
    }
}

pub fn published(minted: Minted) -> PublishedFlow {
    PublishedFlow {
        version: minted.version,
        digest: minted.digest,
        published_at: minted.published_at.into(),
        source: minted.source,
        event_id: minted.event_id,
    }
}
