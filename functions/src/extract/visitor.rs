//! Who is calling, in the workspace that the path names: the header's choice does not count there.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::Method;
use axum::http::request::Parts;
use wire::problem::Code;

use super::body;
use super::caller::{Caller, Identity, Presented};
use super::provenance::Provenance;
use crate::app::App;
use crate::auditing::Witness;
use crate::problem::{Problem, Result};

/// A credential that works, before the `{id}` of the path. Whether that is a workspace of theirs is told by [`Visitor::enter`]: what is
/// wrong with the body comes before a 404. As the caller is known here, the body after it is an [`OpenJson`](super::OpenJson).
#[derive(Debug, Clone)]
pub struct Visitor {
    identity: Identity,
    provenance: Provenance,
    reference: String,
    witness: Witness,
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let presented = Presented::from_request_parts(parts, app).await?;
        let reference = reference(parts, app).await;
        let cached = parts.method == Method::GET || parts.method == Method::HEAD;
        let here = Presented { workspace: Some(reference.clone()), ..presented.clone() };
        let mut identity = Identity::resolve(app, &here, cached).await?;
        if presented.workspace.is_some() && identity.workspace.as_ref().map_or(true, |at| at.slug == reference) {
            // Slugs are unique in a tenant; where a person is in several, the header may say which is meant.
            let chosen = Identity::resolve(app, &presented, cached).await?;
            if chosen.workspace.as_ref().is_ok_and(|at| at.slug == reference) {
                identity = chosen;
            }
        }
        let identity = identity.as_ref().clone();
        let ambiguous = identity.kind.actor_kind().is_some() && identity.workspace.as_ref().is_err_and(|slugs| slugs.contains(&reference));
        let provenance = Provenance::of(identity.surface, &parts.headers);
        match provenance {
            Ok(provenance) if !ambiguous => Ok(Visitor { identity, provenance, reference, witness: Witness::of(&parts.extensions) }),
            refused => {
                body::document(parts, &["application/json"])?;
                refused?;
                let detail =
                    format!("You belong to several workspaces with the slug {reference:?}, of different tenants. Name it by its id.");
                Err(Problem::new(Code::WorkspaceRequired, detail).fact("workspaces", [reference]))
            }
        }
    }
}

/// What the path says; nothing that can be found where it can't be read.
async fn reference(parts: &mut Parts, app: &App) -> String {
    let params = RawPathParams::from_request_parts(parts, app).await;
    let id = params.ok().and_then(|params| params.iter().find(|(name, _)| *name == "id").map(|(_, value)| value.to_owned()));
    id.filter(|id| !id.contains('\0')).unwrap_or_default()
}

impl Visitor {
    /// The caller in that workspace, or 404.
    pub fn enter(self) -> Result<Caller> {
        match self.identity.workspace.clone() {
            Ok(workspace) => {
                let caller = Caller { workspace, identity: self.identity, provenance: self.provenance };
                self.witness.saw(&caller);
                Ok(caller)
            }
            Err(_) => Err(no_workspace(&self.reference)),
        }
    }
}

/// Another's workspace is told in the same words as one that does not exist.
pub fn no_workspace(reference: &str) -> Problem {
    Problem::new(Code::NotFound, format!("There is no workspace {reference:?} that this credential may be used in."))
}
