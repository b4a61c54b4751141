//! How runs are answered, and what their filters take.

use domain::identity::ResourceType;
use store::Tx;
use store::runs::WholeRun;
use uuid::Uuid;
use wire::problem::Code;
use wire::runs::{Run, RunDetail};

use crate::extract::Caller;
use crate::problem::{Problem, Result};

pub fn run(row: store::runs::Run) -> Run {
    // A badge is the family, and whether a draft was evaluated.
    let badge = match (row.family.as_str(), row.flow_version) {
        ("cli", Some(_)) => "cli",
        ("cli", None) => "cli·draft",
        (_, Some(_)) => "console",
        (_, None) => "console·draft",
    };
    Run {
        id: row.id,
        flow: row.flow_id,
        flow_slug: row.flow_slug,
        flow_version: row.flow_version,
        version_source: row.source,
        version_badge: badge.to_owned(),
        version_git_commit_sha: row.git_commit_sha,
        status: row.status,
        duration_us: row.duration_us,
        created_at: row.created_at.into(),
    }
}

pub fn detail(row: WholeRun) -> Result<RunDetail> {
    let parsed = |text: Option<String>| text.as_deref().map(serde_json::from_str).transpose().map_err(Problem::internal);
    Ok(RunDetail {
        snapshot: row.version_id,
        input: serde_json::from_str(&row.input).map_err(Problem::internal)?,
        output: parsed(row.output)?,
        error: row.error.as_deref().map(serde_json::from_str).transpose().map_err(Problem::internal)?,
        trace: parsed(row.trace)?,
        run: run(row.run),
    })
}

/// A filter that takes one of a few words.
pub fn one_of<'a>(name: &str, given: Option<&'a str>, words: [&str; 2]) -> Result<Option<&'a str>> {
    match given {
        Some(word) if !words.contains(&word) => {
            Err(Problem::new(Code::InvalidQuery, format!("`{name}` takes `{}` or `{}`; {word:?} is neither.", words[0], words[1])))
        }
        other => Ok(other),
    }
}

/// The flow that a filter names by id or slug. An id may be one of a flow that was deleted since; a slug that nothing has is `Err`.
pub async fn flow_named(tx: &mut Tx, caller: &Caller, given: Option<&str>) -> Result<std::result::Result<Option<Uuid>, Nothing>> {
    let Some(reference) = given else { return Ok(Ok(None)) };
    if let (36, Ok(id)) = (reference.len(), Uuid::try_parse(reference)) {
        return Ok(Ok(Some(id)));
    }
    let found = store::resources::find(tx, caller.workspace.id, ResourceType::Flow, reference).await?;
    Ok(found.map(|flow| Some(flow.id)).ok_or(Nothing))
}

/// No flow has this slug, so no run fits the filter.
pub struct Nothing;
