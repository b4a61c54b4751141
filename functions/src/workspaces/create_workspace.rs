use std::collections::BTreeSet;
use std::str::FromStr;

use axum::extract::{FromRequestParts, State};
use axum::http::header::LOCATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::Slug;
use domain::identity::{CredentialKind, EnvironmentKind, Role};
use store::workspaces::{NewWorkspace, Own};
use wire::problem::Code;
use wire::workspaces::{CreateWorkspace, Workspace};

use super::settings::Faults;
use super::{decided, workspace};
use crate::app::App;
use crate::auditing::Witness;
use crate::extract::{Caller, IdempotencyKey, Identity, OpenJson, Provenance, WorkspaceAt, document, workspace_required};
use crate::idempotent::{self, Attempt, Begun, Replayed};
use crate::problem::{Problem, Result};

/// Who founds a workspace, in one that they have in the tenant already.
pub struct Founder {
    home: Caller,
    administers: bool,
}

impl FromRequestParts<App> for Founder {
    type Rejection = Problem;

    /// In the tenant of the workspace that the header names; else in that in which the credential was made.
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let identity = Identity::from_request_parts(parts, app).await?;
        let provenance = Provenance::of(identity.surface, &parts.headers);
        let own = store::workspaces::own(&app.db, identity.credential, None, None).await?;
        let named = parts.headers.contains_key("x-fcc-workspace");
        match (provenance, home(&identity, &own, named)) {
            (Ok(provenance), Some(home)) => {
                let administers = own.iter().any(|one| one.tenant_id == home.tenant_id && administers(one));
                let workspace = WorkspaceAt { id: home.workspace.id, slug: home.workspace.slug.clone() };
                let home = Caller { identity, workspace, provenance };
                Witness::of(&parts.extensions).saw(&home);
                Ok(Founder { home, administers })
            }
            (refused, _) => {
                document(parts, &["application/json"])?;
                refused?;
                let slugs: Vec<String> = own.iter().rev().map(|one| one.workspace.slug.clone()).collect();
                Err(workspace_required(&slugs))
            }
        }
    }
}

/// The oldest of the tenant, so that a repeat finds the same one.
fn home<'a>(identity: &Identity, own: &'a [Own], named: bool) -> Option<&'a Own> {
    match &identity.workspace {
        Ok(at) => own.iter().find(|one| one.workspace.id == at.id),
        Err(_) if named => None,
        Err(_) => own.iter().rev().find(|one| one.at_home).or_else(|| {
            let tenants: BTreeSet<_> = own.iter().map(|one| one.tenant_id).collect();
            own.last().filter(|_| tenants.len() == 1)
        }),
    }
}

fn administers(own: &Own) -> bool {
    own.workspace.role.as_deref().and_then(|role| Role::from_str(role).ok()).is_some_and(|role| role >= Role::Admin)
}

/// Make a workspace in your tenant, with you as its owner. It is Hybrid, and empty.
#[utoipa::path(post, path = "/v1/workspaces", tag = "workspaces", params(("Idempotency-Key" = Option<String>, Header, description = "A repeat with this key answers what the first call did.")),
    request_body = CreateWorkspace, responses((status = 201, description = "Made; you are its owner.", body = Workspace)))]
pub async fn create_workspace(
    State(app): State<App>,
    founder: Founder,
    key: IdempotencyKey,
    OpenJson(body): OpenJson<CreateWorkspace>,
) -> Result<Response> {
    match idempotent::begin(&app, &founder.home, "create_workspace", &key).await? {
        Begun::Replay(mut answer) => {
            if let Some(Replayed(body)) = answer.extensions_mut().remove::<Replayed>() {
                let created: Workspace = serde_json::from_value(body).map_err(Problem::internal)?;
                answer.headers_mut().extend(headers(&created)?);
            }
            Ok(answer)
        }
        Begun::Fresh(mut attempt) => {
            let made = create(&mut attempt, &founder, &body).await;
            let created = attempt.end(StatusCode::CREATED, made).await?;
            // Their token spans one more from now on.
            app.callers.forget_user(founder.home.identity.user);
            Ok((StatusCode::CREATED, headers(&created)?, axum::Json(created)).into_response())
        }
    }
}

fn headers(created: &Workspace) -> Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    headers.insert(LOCATION, format!("/v1/workspaces/{}", created.id).parse().map_err(Problem::internal)?);
    Ok(headers)
}

async fn create(attempt: &mut Attempt<'_>, founder: &Founder, body: &CreateWorkspace) -> Result<Workspace> {
    let identity = &founder.home.identity;
    if !matches!(identity.kind, CredentialKind::Personal | CredentialKind::Session) || !founder.administers {
        return Err(Problem::new(
            Code::Forbidden,
            "A workspace is made by a person who is admin or owner of another one of the same tenant.",
        )
        .fact("right", "administer"));
    }
    let mut faults = Faults::default();
    if let Err(error) = Slug::from_str(&body.slug) {
        faults.add("/slug", error.to_string());
    }
    let name = faults.name(&body.name);
    body.git_repo_url.iter().for_each(|url| faults.git_repo_url(url));
    body.git_branch.iter().for_each(|branch| faults.git_branch(branch));
    faults.end()?;
    let new = NewWorkspace {
        slug: &body.slug,
        name: &name,
        environment_kind: body.environment_kind.unwrap_or(EnvironmentKind::Development).as_str(),
        git_repo_url: body.git_repo_url.as_deref(),
        git_branch: body.git_branch.as_deref(),
    };
    let outcome = store::workspaces::create(&mut attempt.tx, identity.secret, founder.home.workspace.id, &new).await?;
    decided(outcome, &founder.home, &body.slug).map(workspace)
}
