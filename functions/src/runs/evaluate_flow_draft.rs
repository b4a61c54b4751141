use axum::extract::State;
use domain::identity::Right;
use serde_json::Value;
use store::runs::DraftTarget;
use wire::problem::Code;
use wire::runs::Evaluated;

use super::evaluating::{self, Asked, EvaluateQuery};
use crate::app::App;
use crate::extract::{Caller, Document, Path, Query};
use crate::problem::{Problem, Result};

/// Let the draft decide; the run says that it did. A draft that equals the active version runs as that version.
#[utoipa::path(post, path = "/v1/flows/{id}/draft/evaluate", tag = "runs", params(("id" = String, Path, description = "Id or slug."), EvaluateQuery),
    request_body = Object,
    responses((status = 200, description = "What the draft decided.", body = Evaluated)))]
pub async fn evaluate_flow_draft(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<EvaluateQuery>,
    Document(input): Document,
) -> Result<axum::Json<Evaluated>> {
    let asked = Asked::new(input, &query)?;
    let mut tx = app.db.begin(caller.scope()).await?;
    let outcome = async {
        let draft = store::runs::draft(&mut tx, caller.workspace.id, &id).await?;
        let draft = draft.ok_or_else(|| Problem::not_found(format!("flow {id:?}")))?;
        caller.require(Right::EvaluateDraft)?;
        refuse_faults(&draft)?;
        let graph = evaluating::graph(&app, &mut tx, caller.workspace.id, draft.digest()).await?;
        Ok::<_, Problem>((draft, graph))
    }
    .await;
    let (draft, graph) = store::end(tx, outcome).await?;
    let decided = evaluating::decide(&app, &graph, &asked).await?;
    let recorded = evaluating::record(&app, &caller, draft.version_id, false, &asked, &decided).await?;
    let run_id = recorded.ok_or_else(|| Problem::unavailable("the draft's snapshot was swept away while it was evaluated"))?;
    evaluating::answer(draft.slug, draft.version, run_id, decided)
}

/// A half-finished graph decides nothing.
fn refuse_faults(draft: &DraftTarget) -> Result<()> {
    if draft.publishable == Some(true) {
        return Ok(());
    }
    let all = draft.diagnostics.as_ref().and_then(|found| found.get("diagnostics")).and_then(Value::as_array);
    let errors: Vec<&Value> = all.into_iter().flatten().filter(|one| one["severity"] == "error").collect();
    let detail = format!("The draft of {:?} has faults, and can be evaluated when they are mended; `diagnostics` lists them.", draft.slug);
    Err(Problem::new(Code::NotPublishable, detail).fact("diagnostics", errors))
}
