//! Published versions and the snapshots between them, the same for connectors and flows.

use domain::diff::diff;
use domain::identity::Right;
use serde_json::{Value, json};
use store::Tx;
use store::versions::Version;
use wire::connectors::{VersionDiff, fitting};
use wire::problem::Code;

use crate::app::App;
use crate::drafting::{self, Loaded, Target};
use crate::extract::Caller;
use crate::kind::Kind;
use crate::listing::{PageQuery, after, next_page};
use crate::problem::{Problem, Result};
use crate::resources;

/// A page of published versions, newest first, and the cursor of the next.
pub async fn versions(app: &App, caller: &Caller, kind: Kind, reference: &str, page: &PageQuery) -> Result<(Vec<Version>, Option<String>)> {
    let limit = page.limit()?;
    let cursor = page.cursor()?;
    let mut tx = app.db.begin(caller.scope()).await?;
    let outcome = async {
        let resource = resources::find(&mut tx, caller, kind, reference).await?;
        caller.require(Right::Read)?;
        let list = format!("versions {}", resource.id);
        let rows = store::versions::list_published(&mut tx, caller.workspace.id, resource.id, after(cursor, &list)?, limit + 1).await?;
        Ok::<_, Problem>(next_page(rows, limit, &list, |row| row.version))
    }
    .await;
    store::end(tx, outcome).await
}

/// One row of the history, by a version's number or by a snapshot's id.
#[derive(Debug, Clone, Copy)]
pub enum Which {
    Version(i32),
    Snapshot(i64),
}

/// The row, or 404.
pub async fn find(tx: &mut Tx, caller: &Caller, kind: Kind, reference: &str, which: Which) -> Result<Version> {
    let resource = resources::find(tx, caller, kind, reference).await?;
    let workspace = caller.workspace.id;
    match which {
        Which::Version(version) => store::versions::published(tx, workspace, resource.id, version)
            .await?
            .ok_or_else(|| Problem::not_found(format!("version {version} of {kind} {reference:?}"))),
        Which::Snapshot(snapshot) => store::versions::snapshot(tx, workspace, resource.id, snapshot)
            .await?
            .ok_or_else(|| Problem::not_found(format!("snapshot {snapshot} of {kind} {reference:?}"))),
    }
}

/// The row with its canonical bytes.
pub async fn read(app: &App, caller: &Caller, kind: Kind, reference: &str, which: Which) -> Result<(Version, Vec<u8>)> {
    let mut tx = app.db.begin(caller.scope()).await?;
    let outcome = async {
        let row = find(&mut tx, caller, kind, reference, which).await?;
        caller.require(Right::Read)?;
        let body = store::contents::body(&mut tx, caller.workspace.id, row.digest()).await?;
        Ok::<_, Problem>((row, body))
    }
    .await;
    store::end(tx, outcome).await
}

/// A row of the history becomes the draft, based on the active version. Publishes nothing.
pub async fn restore(tx: &mut Tx, target: Target<'_>, which: Which) -> Result<Loaded> {
    let from = find(tx, target.caller, target.kind, target.reference, which).await?;
    drafting::restore(tx, target, &from).await
}

/// What a version changed against another (`against`: a number, `active` or `draft`; its predecessor when left out).
pub async fn difference(app: &App, target: Target<'_>, version: i32, against: Option<&str>) -> Result<VersionDiff> {
    let Target { caller, kind, reference, .. } = target;
    let mut tx = app.db.begin(caller.scope()).await?;
    let outcome = async {
        let draft = drafting::find(&mut tx, caller, kind, reference).await?;
        if version < 1 {
            return Err(Problem::not_found(format!("version {version} of {kind} {reference:?}")));
        }
        let after = drafting::version_document(&mut tx, target, &draft, version).await?;
        caller.require(Right::Read)?;
        let (against, before): (Value, Value) = match against {
            Some("draft") => (json!("draft"), drafting::document(&mut tx, caller, draft.digest.0).await?),
            other => {
                let number = match other {
                    None => version - 1,
                    Some("active") => draft.active_version,
                    Some(number) => number.parse().map_err(|_| against_what(number))?,
                };
                (json!(number), drafting::version_document(&mut tx, target, &draft, number).await?)
            }
        };
        let (changes, truncated) = fitting(diff(&before, &after).into_iter().map(Into::into));
        Ok(VersionDiff { version, against, changes, truncated })
    }
    .await;
    store::end(tx, outcome).await
}

fn against_what(given: &str) -> Problem {
    Problem::new(Code::InvalidQuery, format!("`against` takes a version's number, `active` or `draft`; {given:?} is none of these."))
}
