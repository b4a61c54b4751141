use axum::extract::State;
use domain::digest::Digest;
use domain::identity::Right;
use engine::{CompileError, Graph};
use wire::problem::Code;
use wire::runs::Evaluated;

use super::evaluating::{self, Asked, EvaluateQuery};
use crate::app::App;
use crate::extract::{Caller, Document, Evaluator, Path, Query};
use crate::graphs::Active;
use crate::problem::{Problem, Result};

/// Let the active version decide. From the moment that a publish has answered, the new version does.
#[utoipa::path(post, path = "/v1/evaluate/{slug}", tag = "runs", params(("slug" = String, Path, description = "Slug or id."), EvaluateQuery),
    request_body = Object,
    responses((status = 200, description = "What the flow decided.", body = Evaluated)))]
pub async fn evaluate_flow(
    State(app): State<App>,
    Evaluator(caller): Evaluator,
    Path(slug): Path<String>,
    Query(query): Query<EvaluateQuery>,
    Document(input): Document,
) -> Result<axum::Json<Evaluated>> {
    let asked = Asked::new(input, &query)?;
    // The version that this instance saw active last, in the hope that it still is: then recording the run is the only statement.
    let seen = app.graphs.active(caller.workspace.id, &slug);
    if let Some((active, graph)) = seen.and_then(|active| app.graphs.get::<Graph>(active.digest).map(|graph| (active, Ok(graph)))) {
        caller.require(Right::Evaluate)?;
        let decided = evaluating::decide(&app, &graph, &asked).await?;
        if let Some(run_id) = evaluating::record(&app, &caller, active.version_id, true, &asked, &decided).await? {
            return evaluating::answer(active.slug, Some(active.version), run_id, decided);
        }
    }
    // What was active at any moment since this request came in is a right answer to it, so this one needs no second look.
    let (active, graph) = load(&app, &caller, &slug).await?;
    let decided = evaluating::decide(&app, &graph, &asked).await?;
    let recorded = evaluating::record(&app, &caller, active.version_id, false, &asked, &decided).await?;
    let run_id = recorded.ok_or_else(|| Problem::internal("a version that was active is gone"))?;
    evaluating::answer(active.slug, Some(active.version), run_id, decided)
}

/// What is active now: 404, 403, then 409.
async fn load(app: &App, caller: &Caller, reference: &str) -> Result<(Active, std::result::Result<Graph, CompileError>)> {
    let workspace = caller.workspace.id;
    let mut tx = app.db.begin(caller.scope()).await?;
    let outcome = async {
        let flow = store::runs::flow(&mut tx, workspace, reference).await?;
        let flow = flow.ok_or_else(|| Problem::not_found(format!("flow {reference:?}")))?;
        caller.require(Right::Evaluate)?;
        let (Some(version_id), Some(version), Some(digest)) = (flow.version_id, flow.version, flow.digest) else {
            return Err(Problem::new(
                Code::NotPublished,
                format!(
                    "The flow {:?} was never published. Publish it, or evaluate its draft with POST /v1/flows/{}/draft/evaluate.",
                    flow.slug, flow.slug
                ),
            ));
        };
        if flow.archived {
            return Err(Problem::new(
                Code::Archived,
                format!("The flow {:?} is archived and decides nothing. Unarchive it first.", flow.slug),
            ));
        }
        let digest = Digest::try_from(digest.as_slice()).map_err(Problem::internal)?;
        let graph = evaluating::graph(app, &mut tx, workspace, digest).await?;
        Ok((Active { slug: flow.slug, version_id, version, digest }, graph))
    }
    .await;
    let (active, graph) = store::end(tx, outcome).await?;
    app.graphs.saw(workspace, reference, active.clone());
    Ok((active, graph))
}
