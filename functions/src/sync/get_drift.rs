use axum::extract::State;
use domain::identity::Right;
use store::drift::Drifted;
use wire::sync::drift::{Drift, DriftGit, DriftReason, DriftWorkspace, Pending};

use crate::app::App;
use crate::extract::Caller;
use crate::problem::{Problem, Result};

/// Resources that an answer lists; the numbers count all.
const MAX_LISTED: usize = 200;

/// Whether production and git agree: what was published from the console since, and what waits on either side.
#[utoipa::path(get, path = "/v1/sync/drift", tag = "sync", responses((status = 200, description = "`inSync`, and why not.", body = Drift)))]
pub async fn get_drift(State(app): State<App>, caller: Caller) -> Result<axum::Json<Drift>> {
    caller.require(Right::Read)?;
    let mut tx = app.db.begin(caller.scope()).await?;
    let outcome = async {
        let workspace = store::workspaces::find(&mut tx, caller.workspace.id, None).await?;
        let workspace = workspace.ok_or_else(|| Problem::internal("the caller's workspace is gone"))?;
        let anchor = store::drift::newest_anchor(&mut tx, caller.workspace.id).await?;
        let limit = i64::try_from(MAX_LISTED + 1).map_err(Problem::internal)?;
        let drifted = store::drift::list(&mut tx, caller.workspace.id, caller.identity.credential, limit).await?;
        Ok::<_, Problem>((workspace, anchor, drifted))
    }
    .await;
    let (workspace, anchor, mut drifted) = store::end(tx, outcome).await?;
    let truncated = drifted.len() > MAX_LISTED;
    drifted.truncate(MAX_LISTED);
    let of_all = |count: fn(&Drifted) -> i64| drifted.first().map_or(0, count);
    let pending =
        Pending { push: of_all(|one| one.total_push), pull: of_all(|one| one.total_pull), conflicts: of_all(|one| one.total_conflicts) };
    let designer_publishes = of_all(|one| one.total_designer_publishes);
    Ok(axum::Json(Drift {
        workspace: DriftWorkspace {
            slug: workspace.slug,
            governance_mode: workspace.governance_mode,
            environment_kind: workspace.environment_kind,
        },
        git: anchor.map(|anchor| DriftGit {
            branch: anchor.branch,
            last_commit_sha: anchor.commit,
            last_commit_synced_at_utc: anchor.at.into(),
        }),
        in_sync: designer_publishes + pending.push + pending.pull + pending.conflicts == 0,
        pending,
        designer_publishes_since_last_git_commit: designer_publishes,
        checked_at_utc: app.now().into(),
        reasons: drifted.iter().flat_map(reasons).collect(),
        truncated,
    }))
}

fn reasons(one: &Drifted) -> impl Iterator<Item = DriftReason> {
    let reason = |reason: &str, version: i32, by: &Option<String>, at| DriftReason {
        kind: one.kind.clone(),
        slug: one.slug.clone(),
        reason: reason.to_owned(),
        version,
        by: by.clone(),
        at_utc: at,
    };
    let designer = (one.designer_publishes > 0).then(|| {
        let version = one.designer_version.unwrap_or(one.active_version);
        reason("designer_publish", version, &one.designer_by, one.designer_at.map(Into::into))
    });
    let pending = match (one.push, one.pull) {
        (true, true) => Some(reason("conflict", one.active_version, &one.draft_by, Some(one.draft_at.into()))),
        (true, false) => Some(reason("push", one.active_version, &one.draft_by, Some(one.draft_at.into()))),
        (false, true) => {
            // Whoever changed it last there: the draft's author, unless a publish came after.
            let published = one.designer_at.is_some_and(|at| Some(at) >= one.changed_at);
            let by = if published { &one.designer_by } else { &one.changed_by };
            Some(reason("pull", one.active_version, by, one.changed_at.map(Into::into)))
        }
        (false, false) => None,
    };
    designer.into_iter().chain(pending)
}
