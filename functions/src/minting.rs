//! From a request to `mint_version` and back: connectors and flows publish, roll back and archive through here.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use domain::Trace;
use domain::identity::{ResourceType, Surface};
use serde_json::Value;
use store::publish::{Answer, Intent, Item, Minted, Refusal, Refused};
use wire::problem::Code;

use crate::app::App;
use crate::extract::{IdempotencyKey, IfMatch, Presented, Provenance, Traced};
use crate::idempotent;
use crate::problem::{Problem, Result};

/// The credential as presented, with what goes along: `mint_version` itself finds out who it is, in the publish's one statement.
#[derive(Debug, Clone)]
pub struct Publisher {
    pub presented: Presented,
    pub provenance: Provenance,
    pub key: IdempotencyKey,
    pub if_match: IfMatch,
    pub trace: Option<Trace>,
}

impl FromRequestParts<App> for Publisher {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let presented = Presented::from_request_parts(parts, app).await?;
        let provenance = Provenance::of(presented.surface, &parts.headers);
        let key = IdempotencyKey::from_request_parts(parts, app).await;
        let if_match = IfMatch::from_request_parts(parts, app).await;
        let Ok(Traced(trace)) = Traced::from_request_parts(parts, app).await;
        match (provenance, key, if_match) {
            (Ok(provenance), Ok(key), Ok(if_match)) => Ok(Publisher { presented, provenance, key, if_match, trace }),
            (Err(problem), ..) | (_, Err(problem), _) | (_, _, Err(problem)) => {
                let problem = crate::extract::document(parts, &["application/json"]).err().unwrap_or(problem);
                Err(presented.authenticate_or(app, problem).await)
            }
        }
    }
}

/// A note is a sentence or two; the database keeps to this too.
const MAX_NOTE: usize = 2000;

/// What to do, to which resources of one type.
pub struct Minting<'a> {
    /// `publish`, `rollback`, `archive` or `unarchive`.
    pub operation: &'a str,
    pub resource_type: ResourceType,
    pub items: Vec<Item>,
    pub note: Option<&'a str>,
}

/// The minted version, and whether it is the first call's answer to a repeated one.
pub async fn mint_one(app: &App, publisher: &Publisher, minting: Minting<'_>) -> Result<(Minted, HeaderMap)> {
    if let Err(problem) = check_note(minting.note) {
        return Err(publisher.presented.authenticate_or(app, problem).await);
    }
    let intent = Intent {
        secret: publisher.presented.secret,
        workspace: publisher.presented.workspace.as_deref(),
        operation: minting.operation,
        resource_type: minting.resource_type.as_str(),
        items: minting.items.into_iter().map(|item| Item { if_match: publisher.if_match.0, ..item }).collect(),
        note: minting.note,
        idempotency: publisher.key.key.as_deref().map(|key| (key, publisher.key.request)),
        git_commit: publisher.provenance.git_commit.as_deref(),
        git_branch: publisher.provenance.git_branch.as_deref(),
        host: publisher.provenance.host.as_deref(),
        client: publisher.provenance.client.as_deref(),
        trace: publisher.trace.as_ref(),
    };
    match store::publish::mint(&app.db, &intent).await? {
        Answer::Minted { items, replayed } => {
            let mut headers = HeaderMap::new();
            if replayed {
                headers.extend([idempotent::REPLAYED]);
            } else {
                log(intent.operation, &items, intent.trace);
                app.nudge_dispatcher(intent.trace).await;
            }
            let minted = items.into_iter().next().ok_or_else(|| Problem::internal("mint_version minted nothing and refused nothing"))?;
            Ok((minted, headers))
        }
        Answer::Refused(Refused::Call(refusal)) => Err(refused(intent.operation, intent.resource_type, refusal)),
        Answer::Refused(Refused::Items { items }) => match items.into_iter().next() {
            Some(mut refusal) => {
                // Which version was asked for, the caller knows and the refusal doesn't.
                if let Some(version) = intent.items.first().and_then(|item| item.version) {
                    refusal.facts.insert("version".to_owned(), version.into());
                }
                Err(refused(intent.operation, intent.resource_type, refusal))
            }
            None => Err(Problem::internal("mint_version refused without a reason")),
        },
    }
}

/// A line a version: with its trace, or its event, the dispatcher's and the workers' lines of it are found.
pub fn log(operation: &str, minted: &[Minted], trace: Option<&Trace>) {
    for Minted { event_id, slug, version, .. } in minted {
        tracing::info!(operation, %event_id, slug, version, trace = trace.map(Trace::id), "a version was published");
    }
}

/// 422 for a note that is too long to keep.
pub fn check_note(note: Option<&str>) -> Result<()> {
    if note.is_some_and(|note| note.chars().count() > MAX_NOTE) {
        return Err(Problem::new(Code::InvalidBody, "The note is too long. Nothing was changed.")
            .error("/note", format!("at most {MAX_NOTE} characters")));
    }
    Ok(())
}

/// A refusal as the client reads it: what happened, and what to do next.
pub fn refused(operation: &str, kind: &str, refusal: Refusal) -> Problem {
    let Refusal { code, mut facts } = refusal;
    let named = facts.get("slug").or(facts.get("ref")).and_then(Value::as_str).unwrap_or_default().to_owned();
    let number = |name: &str| facts.get(name).and_then(Value::as_i64).unwrap_or_default();
    let active = number("active_version");
    let (done, again) = words(operation);
    let base_member = if kind == ResourceType::Flow.as_str() { "baseVersion" } else { "base_version" };
    match code.as_str() {
        "unauthorized" => crate::extract::unauthorized(
            "The token does not work: it was revoked, has expired, or its membership ended. Get a new one with `fcc login` or in the console.",
        ),
        "workspace_required" => {
            let slugs: Vec<String> = facts.remove("slugs").and_then(|slugs| serde_json::from_value(slugs).ok()).unwrap_or_default();
            crate::extract::workspace_required(&slugs)
        }
        "in_progress" => idempotent::in_progress(),
        "idempotency_key_reused" => idempotent::reused(),
        "not_found" => Problem::not_found(format!("{kind} {named:?}")),
        "version_not_found" => {
            Problem::new(Code::NotFound, format!("There is no version {} of {kind} {named:?}; its newest is {active}.", number("version")))
        }
        "forbidden" => forbidden(&facts),
        "governance_refused" => {
            let text = |name: &str| facts.get(name).and_then(Value::as_str);
            governance_refused(text("mode").unwrap_or_default(), text("git_repo_url"), operation)
        }
        "base_version_required" => Problem::new(
            Code::BaseVersionRequired,
            format!("Say in `{base_member}` which version you saw as the active one of {named:?}; it is {active} now. Nothing was {done}."),
        )
        .fact("active_version", active),
        "precondition_failed" => keep(
            Problem::new(
                Code::PreconditionFailed,
                format!("The draft of {named:?} is no longer the one that If-Match names. Nothing was {done}; look at the draft again."),
            ),
            &facts,
            &["etag", "updated_by", "updated_at"],
        ),
        "version_conflict" => {
            let base = number("draft_base_version");
            let detail = if active == 0 {
                format!("{named:?} has never been published, so its {base_member} is 0. Nothing was {done}.")
            } else if base == active || operation != "publish" {
                format!(
                    "Version {active} of {named:?} is active, and {base_member} names another. Nothing was {done}. Look at what changed, then {again} with {base_member} {active}."
                )
            } else {
                format!(
                    "Version {active} of {named:?} is active and the draft is based on version {base}. Nothing was published. Reset the draft, keep editing, or merge the active version into it."
                )
            };
            keep(
                Problem::new(Code::VersionConflict, detail),
                &facts,
                &["active_version", "draft_base_version", "published_by", "published_at", "source"],
            )
            .fact("resolutions", ["reset_draft", "keep_editing", "merge"])
        }
        "draft_changed" => keep(
            Problem::new(
                Code::DraftChanged,
                format!("The draft of {named:?} is no longer the one that you reviewed. Nothing was published; look at the draft again."),
            ),
            &facts,
            &["etag", "updated_by", "updated_at"],
        ),
        "archived" => {
            Problem::new(Code::Archived, format!("{named:?} is archived. Unarchive it first; its draft can be edited meanwhile."))
        }
        "not_published" => Problem::new(
            Code::NotPublished,
            format!("{named:?} has never been published, so there is nothing to archive. Delete it, or publish it first."),
        ),
        "no_changes" => Problem::new(
            Code::NoChanges,
            match operation {
                "publish" => format!("The draft of {named:?} equals its active version; there is nothing to publish."),
                "rollback" => format!("That version of {named:?} holds what is active already."),
                "archive" => format!("{named:?} is archived already."),
                _ => format!("{named:?} is not archived."),
            },
        ),
        "draft_not_applied" => Problem::new(
            Code::DraftNotApplied,
            format!(
                "The draft of {named:?} has changes from outside git, and this workspace is CodeManaged. Bring them into git (`fcc pull --draft`), commit and apply them, or reset the draft."
            ),
        ),
        "not_publishable" => not_publishable(&named, &facts),
        _ => Problem::internal(format!("mint_version refused with a code that nobody knows: {code}")),
    }
}

/// What was not done, and what to do again.
fn words(operation: &str) -> (&'static str, &'static str) {
    match operation {
        "rollback" => ("rolled back", "roll back"),
        "archive" => ("archived", "archive"),
        "unarchive" => ("unarchived", "unarchive"),
        _ => ("published", "publish"),
    }
}

fn keep(problem: Problem, facts: &serde_json::Map<String, Value>, names: &[&str]) -> Problem {
    names.iter().fold(problem, |problem, name| {
        let value = facts.get(*name).cloned().unwrap_or(Value::Null);
        problem.fact(name, if name.ends_with("_at") { millis(value) } else { value })
    })
}

/// A time as Postgres prints it in JSON, as the contract prints it.
fn millis(value: Value) -> Value {
    serde_json::from_value::<wire::time::Millis>(value.clone()).ok().and_then(|at| serde_json::to_value(at).ok()).unwrap_or(value)
}

fn forbidden(facts: &serde_json::Map<String, Value>) -> Problem {
    let text = |name: &str| facts.get(name).and_then(Value::as_str);
    let detail = match (text("kind"), text("role")) {
        (Some("agent"), _) => {
            "An agent's token drafts and evaluates drafts; it never publishes. Ask a person to review and publish.".to_owned()
        }
        (Some("service"), _) => "This service token was not given the scope `publish`. An admin can mint one with it.".to_owned(),
        (_, Some(role)) => {
            format!("Your role here is {role}; publishing takes editor, admin or owner. An admin of the workspace can change it.")
        }
        _ => "This token does not include the right to publish.".to_owned(),
    };
    Problem::new(Code::Forbidden, detail).fact("right", "publish")
}

/// 400: this surface does not publish in this mode. `repo` is where the truth is, if the workspace says so.
pub fn governance_refused(mode: &str, repo: Option<&str>, operation: &str) -> Problem {
    let (refused, instead) = match mode {
        "DesignerOnly" => (
            Surface::Cli,
            match repo {
                Some(repo) => format!(
                    "Publish in the console (`fcc pull` still brings the result to {repo}), or ask an owner or admin to change the mode under Settings."
                ),
                None => "Publish in the console, or ask an owner or admin to change the mode under Settings.".to_owned(),
            },
        ),
        _ => (
            Surface::Designer,
            match repo {
                Some(repo) => format!(
                    "Commit the change to {repo} and let CI run `fcc publish`, or ask an owner or admin to change the mode under Settings."
                ),
                None => {
                    "Commit the change to git and let CI run `fcc publish`, or ask an owner or admin to change the mode under Settings."
                        .to_owned()
                }
            },
        ),
    };
    let beginning = match refused {
        Surface::Cli => "This workspace is set to DesignerOnly. Publishing from the CLI is disabled.",
        _ => "This workspace is set to CodeManaged. Publishing from the console is disabled.",
    };
    Problem::new(Code::GovernanceRefused, format!("{beginning} {instead}")).fact("governance_mode", mode).fact("operation", operation)
}

fn not_publishable(named: &str, facts: &serde_json::Map<String, Value>) -> Problem {
    let member = |name: &str| facts.get("diagnostics").and_then(|diagnostics| diagnostics.get(name)).and_then(Value::as_array).cloned();
    // A connector's verdict lists its blockers; of a flow's diagnostics the errors block.
    let (name, faults) = match member("diagnostics") {
        Some(all) => ("diagnostics", all.into_iter().filter(|one| one.get("severity").and_then(Value::as_str) == Some("error")).collect()),
        None => ("blockers", member("blockers").unwrap_or_default()),
    };
    let more = faults.iter().any(|fault| fault.get("code").and_then(Value::as_str) == Some("more_findings"));
    let detail = match faults.len() {
        1 => format!("The draft of {named:?} has a fault that blocks a publish; `{name}` says which."),
        count if more => format!(
            "The draft of {named:?} has more faults that block a publish than an answer lists; `{name}` has the first {}.",
            count - 1
        ),
        count => format!("The draft of {named:?} has {count} faults that block a publish; `{name}` lists them all."),
    };
    Problem::new(Code::NotPublishable, detail).fact(name, faults)
}
