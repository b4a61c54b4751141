use axum::extract::State;
use domain::diff::diff;
use domain::identity::Right;
use serde_json::{Value, json};
use wire::connectors::{VersionDiff, fitting};
use wire::problem::Code;

use super::KIND;
use crate::app::App;
use crate::drafting::{self, Target};
use crate::extract::{Caller, IfMatch, Path, Query};
use crate::listing::AgainstQuery;
use crate::problem::{Problem, Result};

/// What a version changed: against its predecessor, another version, the active one or the draft.
#[utoipa::path(get, path = "/api/connectors/{id}/versions/{version}/diff", tag = "connectors",
    params(("id" = String, Path, description = "Id or slug."), ("version" = i32, Path, description = "The version on the `after` side."), AgainstQuery),
    responses((status = 200, description = "The other side is `before`, this version `after`.", body = VersionDiff)))]
pub async fn diff_connector_version(
    State(app): State<App>,
    caller: Caller,
    Path((id, version)): Path<(String, i32)>,
    Query(query): Query<AgainstQuery>,
) -> Result<axum::Json<VersionDiff>> {
    let target = Target { caller: &caller, kind: KIND, reference: &id, if_match: IfMatch(None) };
    let mut tx = app.db.begin(caller.scope()).await?;
    let outcome = async {
        let draft = drafting::find(&mut tx, &caller, KIND, &id).await?;
        if version < 1 {
            return Err(Problem::not_found(format!("version {version} of {KIND} {id:?}")));
        }
        let after = drafting::version_document(&mut tx, target, &draft, version).await?;
        caller.require(Right::Read)?;
        let (against, before): (Value, Value) = match query.against.as_deref() {
            Some("draft") => (json!("draft"), drafting::document(&mut tx, &caller, draft.digest.0).await?),
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
    Ok(axum::Json(store::end(tx, outcome).await?))
}

fn against_what(given: &str) -> Problem {
    Problem::new(Code::InvalidQuery, format!("`against` takes a version's number, `active` or `draft`; {given:?} is none of these."))
}
