use axum::extract::State;
use axum::http::HeaderMap;
use store::callers::Described;
use wire::me::{Me, MeToken, MeUser, WorkspaceRef};

use crate::app::App;
use crate::extract::{Identity, workspace_required};
use crate::problem::Result;

/// Who this credential is, where, and what it may do.
#[utoipa::path(get, path = "/v1/me", tag = "access", responses((status = 200, description = "The caller.", body = Me)))]
pub async fn get_me(State(app): State<App>, headers: HeaderMap, identity: Identity) -> Result<axum::Json<Me>> {
    // Without the header an open choice is an answer; a wrong one is not.
    if let (Err(slugs), true) = (&identity.workspace, headers.contains_key("x-fcc-workspace")) {
        return Err(workspace_required(slugs));
    }
    let rows = store::callers::describe(&app.db, identity.credential).await?;
    let user = rows.first().and_then(|row| Some(MeUser { id: row.user_id?, email: row.user_email.clone()?, name: row.user_name.clone()? }));
    let workspaces: Vec<WorkspaceRef> = rows.into_iter().filter_map(workspace).collect();
    let chosen = identity.workspace.as_ref().ok().map(|at| at.id);
    Ok(axum::Json(Me {
        user,
        token: MeToken {
            kind: identity.kind.as_str().to_owned(),
            surface: identity.surface.map(|surface| surface.as_str().to_owned()),
            scopes: identity.rights.iter().map(|right| right.as_str().to_owned()).collect(),
            expires_at: identity.expires_at.into(),
        },
        workspace: workspaces.iter().find(|workspace| Some(workspace.id) == chosen).cloned(),
        role: identity.role.map(|role| role.as_str().to_owned()),
        workspaces,
        console_url: app.settings.console_url.clone(),
    }))
}

fn workspace(row: Described) -> Option<WorkspaceRef> {
    Some(WorkspaceRef {
        id: row.workspace_id?,
        slug: row.slug?,
        name: row.name?,
        governance_mode: row.governance_mode?,
        environment_kind: row.environment_kind?,
    })
}
