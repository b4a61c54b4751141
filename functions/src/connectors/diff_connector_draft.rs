use std::collections::BTreeMap;

use axum::extract::State;
use domain::diff::diff;
use domain::identity::Right;
use domain::merge::merge;
use wire::connectors::{DraftDiff, fitting};

use super::KIND;
use crate::app::App;
use crate::drafting::{self, Target};
use crate::extract::{Caller, IfMatch, Path};
use crate::problem::{Problem, Result};

/// What a publish would change, and what a merge would ask about.
#[utoipa::path(get, path = "/api/connectors/{id}/draft/diff", tag = "connectors", params(("id" = String, Path, description = "Id or slug.")),
    responses((status = 200, description = "The draft against the active version.", body = DraftDiff)))]
pub async fn diff_connector_draft(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<axum::Json<DraftDiff>> {
    let target = Target { caller: &caller, kind: KIND, reference: &id, if_match: IfMatch(None) };
    let mut tx = app.db.begin(caller.scope()).await?;
    let outcome = async {
        let draft = drafting::find(&mut tx, &caller, KIND, &id).await?;
        caller.require(Right::Read)?;
        let sides = drafting::sides(&mut tx, target, &draft).await?;
        Ok::<_, Problem>((draft, sides))
    }
    .await;
    let (draft, sides) = store::end(tx, outcome).await?;
    let conflicts = if draft.base_version == draft.active_version {
        Vec::new()
    } else {
        merge(&sides.base, &sides.draft, &sides.active, &BTreeMap::new()).conflicts
    };
    let mergeable = conflicts.is_empty();
    let (changes, more_changes) = fitting(diff(&sides.active, &sides.draft).into_iter().map(Into::into));
    let (conflicts, more_conflicts) = fitting(conflicts.into_iter().map(Into::into));
    Ok(axum::Json(DraftDiff {
        base_version: draft.base_version,
        active_version: draft.active_version,
        changes,
        truncated: more_changes || more_conflicts,
        conflicts,
        mergeable,
    }))
}
