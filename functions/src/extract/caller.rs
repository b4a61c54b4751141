//! Who is calling: the secret as presented, the identity behind it, and the workspace it is used in.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method};
use chrono::{DateTime, Utc};
use domain::digest::Digest;
use domain::identity::{ActorKind, CredentialKind, Right, Rights, Role, Scope, Source, Surface, rights};
use domain::token;
use store::Standing;
use store::audit::Actor;
use store::callers::CallerRow;
use store::drafts::Author;
use uuid::Uuid;
use wire::problem::Code;

use super::body;
use super::provenance::Provenance;
use super::session;
use crate::app::App;
use crate::auditing::Witness;
use crate::problem::{Problem, Result};

const MAX_WORKSPACE: usize = 65;

/// A secret that looks like one of ours. Whether it still works is for [`Identity`], or for `mint_version`, to find out.
#[derive(Debug, Clone)]
pub struct Presented {
    pub secret: Digest,
    pub surface: Option<Surface>,
    /// `X-FCC-Workspace`.
    pub workspace: Option<String>,
}

impl FromRequestParts<App> for Presented {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _app: &App) -> Result<Self> {
        let (kind, secret) = match bearer(&parts.headers) {
            Some(bearer) => token::parse(bearer)
                .map_err(|_| unauthorized("The token is not one of ours, or part of it is missing: its checksum does not fit."))?,
            None => session::of(parts)?.ok_or_else(|| {
                unauthorized("Send a token: `Authorization: Bearer <token>`. `fcc login` or the console's Settings, Tokens give you one.")
            })?,
        };
        let workspace = parts
            .headers
            .get("x-fcc-workspace")
            .and_then(|value| value.to_str().ok())
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty())
            // Longer than any slug or id: it names nothing, whatever it says.
            .map(|text| text.chars().take(MAX_WORKSPACE).collect());
        Ok(Presented { secret, surface: kind.surface(), workspace })
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, secret) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim())
}

impl Presented {
    /// `problem`, if the caller may know of it: a stranger is told 401 first, and a choice of workspace is asked for before the
    /// body's members are looked at.
    pub async fn authenticate_or(&self, app: &App, problem: Problem) -> Problem {
        match Identity::resolve(app, self, false).await {
            Ok(identity) => match &identity.workspace {
                Err(slugs) if problem.code() == Code::InvalidBody => workspace_required(slugs),
                _ => problem,
            },
            Err(refused) => refused,
        }
    }
}

/// A credential that works.
#[derive(Debug, Clone)]
pub struct Identity {
    pub credential: Uuid,
    pub secret: Digest,
    pub kind: CredentialKind,
    pub surface: Option<Surface>,
    pub user: Option<Uuid>,
    pub email: Option<String>,
    pub role: Option<Role>,
    pub scopes: Vec<Scope>,
    pub expires_at: DateTime<Utc>,
    /// The workspace in which it is used, or the slugs to choose from.
    pub workspace: std::result::Result<WorkspaceAt, Vec<String>>,
    pub rights: Rights,
}

#[derive(Debug, Clone)]
pub struct WorkspaceAt {
    pub id: Uuid,
    pub slug: String,
}

impl Identity {
    async fn of(parts: &mut Parts, app: &App, cached: bool) -> Result<Identity> {
        let presented = Presented::from_request_parts(parts, app).await?;
        Ok(Identity::resolve(app, &presented, cached).await?.as_ref().clone())
    }

    /// Reads may be answered from the cache; everything else asks the database, so that a revocation holds at once.
    pub(crate) async fn resolve(app: &App, presented: &Presented, cached: bool) -> Result<Arc<Identity>> {
        let key = (presented.secret, presented.workspace.clone());
        if cached && let Some(identity) = app.callers.get(&key) {
            return Ok(identity);
        }
        let row = store::callers::resolve(&app.db, presented.secret, presented.workspace.as_deref()).await?;
        let identity = Arc::new(Identity::from_row(presented.secret, row)?);
        if identity.workspace.is_ok() {
            app.callers.put(key, identity.clone());
        }
        Ok(identity)
    }

    fn from_row(secret: Digest, row: CallerRow) -> Result<Identity> {
        let revoked = || {
            unauthorized(
                "The token does not work: it was revoked, has expired, or its membership ended. Get a new one with `fcc login` or in the console.",
            )
        };
        let (Some(credential), Some(kind), Some(expires_at)) = (row.credential_id, row.kind, row.expires_at) else { return Err(revoked()) };
        if row.refusal.as_deref() == Some("unauthorized") {
            return Err(revoked());
        }
        let kind: CredentialKind = kind.parse().map_err(Problem::internal)?;
        let role: Option<Role> = row.role.map(|role| role.parse()).transpose().map_err(Problem::internal)?;
        let scopes = row
            .scopes
            .unwrap_or_default()
            .iter()
            .map(|scope| scope.parse())
            .collect::<std::result::Result<Vec<Scope>, _>>()
            .map_err(Problem::internal)?;
        let workspace = match (row.refusal, row.workspace_id, row.workspace_slug) {
            (None, Some(id), Some(slug)) => Ok(WorkspaceAt { id, slug }),
            _ => Err(row.slugs.unwrap_or_default()),
        };
        Ok(Identity {
            credential,
            secret,
            kind,
            surface: row.surface.map(|surface| surface.parse()).transpose().map_err(Problem::internal)?,
            user: row.user_id,
            email: row.email,
            rights: rights(kind, role, &scopes),
            role,
            scopes,
            expires_at,
            workspace,
        })
    }
}

impl FromRequestParts<App> for Identity {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let cached = parts.method == Method::GET || parts.method == Method::HEAD;
        Identity::of(parts, app, cached).await
    }
}

/// An identity in a workspace, with what the client says of where it comes from. What every handler of a workspace's things takes first.
#[derive(Debug, Clone)]
pub struct Caller {
    pub identity: Identity,
    pub workspace: WorkspaceAt,
    pub provenance: Provenance,
}

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let identity = Identity::from_request_parts(parts, app).await?;
        Caller::in_its_workspace(identity, parts)
    }
}

/// A caller as it was known within the last minute, also for a POST: evaluating changes nothing, and happens too often to ask for
/// the credential each time.
#[derive(Debug, Clone)]
pub struct Evaluator(pub Caller);

impl FromRequestParts<App> for Evaluator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let identity = Identity::of(parts, app, true).await?;
        Caller::in_its_workspace(identity, parts).map(Evaluator)
    }
}

impl Caller {
    fn in_its_workspace(identity: Identity, parts: &Parts) -> Result<Caller> {
        let provenance = Provenance::of(identity.surface, &parts.headers);
        match (provenance, &identity.workspace) {
            (Ok(provenance), Ok(workspace)) => {
                let caller = Caller { workspace: workspace.clone(), identity, provenance };
                Witness::of(&parts.extensions).saw(&caller);
                Ok(caller)
            }
            (refused, workspace) => {
                // A body that is too large or malformed is said before a header or the choice of a workspace is.
                body::document(parts, &["application/json", "application/merge-patch+json"])?;
                refused?;
                Err(workspace_required(workspace.as_ref().err().map(Vec::as_slice).unwrap_or_default()))
            }
        }
    }

    pub fn scope(&self) -> store::Scope {
        let standing = Standing { credential: self.identity.credential, role: self.identity.role.map(|role| role.as_str()) };
        store::Scope { workspace: self.workspace.id, user: self.identity.user, standing: Some(standing) }
    }

    /// 403, when the role or the token's scopes lack the right. To be asked after the resource was found: 404 comes first.
    pub fn require(&self, right: Right) -> Result<()> {
        self.identity.require(right)
    }

    /// Who a draft write is by.
    pub fn author(&self) -> Author<'_> {
        let surface = self.identity.surface.unwrap_or(Surface::Designer);
        Author {
            user_id: self.identity.user,
            email: self.identity.email.as_deref(),
            surface: surface.as_str(),
            actor_kind: self.identity.kind.actor_kind().unwrap_or(ActorKind::Human).as_str(),
            source: Source::of_draft_write(surface).as_str(),
            client: self.provenance.client.as_deref(),
            host: self.provenance.host.as_deref(),
            git_commit: self.provenance.git_commit.as_deref(),
            git_branch: self.provenance.git_branch.as_deref(),
        }
    }

    pub fn actor(&self) -> Actor<'_> {
        Actor {
            email: self.identity.email.as_deref(),
            surface: self.identity.surface.map(|surface| surface.as_str()),
            credential: self.identity.credential,
        }
    }
}

impl Identity {
    pub fn require(&self, right: Right) -> Result<()> {
        if self.rights.has(right) { Ok(()) } else { Err(forbidden(self.kind, self.role, right)) }
    }
}

pub fn unauthorized(detail: &str) -> Problem {
    Problem::new(Code::Unauthorized, detail).header(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
}

pub fn workspace_required(slugs: &[String]) -> Problem {
    let choice = if slugs.is_empty() { "it has none".to_owned() } else { format!("it has {}", slugs.join(", ")) };
    Problem::new(Code::WorkspaceRequired, format!("Say which workspace with `X-FCC-Workspace: <slug or id>`: this credential does not have one of that name, or has several; {choice}."))
        .fact("workspaces", slugs)
}

fn forbidden(kind: CredentialKind, role: Option<Role>, right: Right) -> Problem {
    let what = right.as_str().replace('_', " ");
    let detail = match (kind, role) {
        (CredentialKind::Personal | CredentialKind::Session, Some(role)) => {
            format!("Your role here is {role}, which does not include the right to {what}. An admin of the workspace can change it.")
        }
        (CredentialKind::Service, _) if right == Right::Administer => {
            "A service token never administers; a person who is admin or owner does.".to_owned()
        }
        (CredentialKind::Service, _) => {
            format!("This service token was not given what it takes to {what}. An admin can mint one with that scope.")
        }
        (CredentialKind::Agent, _) => {
            format!("An agent's token drafts and evaluates drafts; it never gets the right to {what}. Ask a person to do it.")
        }
        _ => format!("This token does not include the right to {what}."),
    };
    Problem::new(Code::Forbidden, detail).fact("right", right.as_str())
}
