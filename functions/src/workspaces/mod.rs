//! Workspaces, who belongs to them, and what was done in them.

pub mod add_member;
pub mod create_workspace;
pub mod get_workspace;
pub mod list_audit;
pub mod list_members;
pub mod list_workspaces;
pub mod patch_member;
pub mod patch_workspace;
pub mod remove_member;
mod settings;

use serde_json::Value;
use store::publish::Refusal;
use store::workspaces::Outcome;
use wire::problem::Code;
use wire::workspaces::{Member, Workspace};

use crate::extract::{Caller, no_workspace, unauthorized};
use crate::problem::{Problem, Result};

fn workspace(row: store::workspaces::Workspace) -> Workspace {
    Workspace {
        id: row.id,
        slug: row.slug,
        name: row.name,
        governance_mode: row.governance_mode,
        environment_kind: row.environment_kind,
        git_repo_url: row.git_repo_url,
        git_branch: row.git_branch,
        role: row.role,
        created_at: row.created_at.into(),
    }
}

fn member(row: store::members::Member) -> Member {
    Member { user_id: row.user_id, email: row.email, name: row.name, role: row.role, since: row.since.into() }
}

/// What the database decided, when the caller was looked up and everybody else held off. `about` is whom or what it was asked for.
fn decided<T>(outcome: Outcome<T>, caller: &Caller, about: &str) -> Result<T> {
    match outcome {
        Outcome::Done { item } => Ok(item),
        Outcome::Refused(refusal) => Err(refused(&refusal, caller, about)),
    }
}

fn refused(refusal: &Refusal, caller: &Caller, about: &str) -> Problem {
    let here = &caller.workspace.slug;
    let fact = |name: &str| refusal.facts.get(name).and_then(Value::as_str).unwrap_or_default();
    match refusal.code.as_str() {
        "unauthorized" => unauthorized("The token stopped working while this was carried out. Nothing was changed."),
        "not_found" => no_workspace(here),
        "member_not_found" => Problem::not_found(format!("member {about}")),
        "forbidden" => Problem::new(
            Code::Forbidden,
            "This takes a person who is admin or owner here, with a token of their own. Nothing was changed; ask one of them.",
        )
        .fact("right", "administer"),
        "owners_only" => {
            Problem::new(Code::Forbidden, "Only an owner makes, changes or removes owners. Nothing was changed; ask one of them.")
                .fact("right", "administer")
        }
        "last_owner" => Problem::new(
            Code::LastOwner,
            format!("{about} is the last owner of {here:?}, and a workspace keeps one. Make somebody else owner first."),
        ),
        "already_member" => {
            let (user, role) = (fact("userId"), fact("role"));
            Problem::new(
                Code::AlreadyMember,
                format!(
                    "{about} belongs to {here:?} already, as {role}. To change that, PATCH /v1/workspaces/{here}/members/{user} with another role."
                ),
            )
            .fact("userId", user)
            .fact("role", role)
        }
        "slug_taken" => Problem::new(
            Code::SlugTaken,
            format!("The slug {about:?} belongs to another workspace of this tenant. Choose another; slugs never change."),
        ),
        code => Problem::internal(format!("the database refused with a code that nobody knows: {code}")),
    }
}
