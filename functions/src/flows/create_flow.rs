use axum::extract::State;
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use wire::flows::{CreateFlow, CreatedFlow};

use super::{KIND, answers};
use crate::app::App;
use crate::documents;
use crate::extract::{Caller, IdempotencyKey, Json};
use crate::idempotent::{self, Attempt, Begun, Replayed};
use crate::problem::{Problem, Result};
use crate::resources;

/// Make a flow with its first draft. Nothing is published.
#[utoipa::path(post, path = "/v1/flows", tag = "flows", params(("Idempotency-Key" = Option<String>, Header, description = "A repeat with this key answers what the first call did.")),
    request_body = CreateFlow, responses((status = 201, description = "Made; base and active version are 0 until the first publish.", body = CreatedFlow)))]
pub async fn create_flow(State(app): State<App>, caller: Caller, key: IdempotencyKey, Json(body): Json<CreateFlow>) -> Result<Response> {
    match idempotent::begin(&app, &caller, "create_flow", &key).await? {
        Begun::Replay(mut answer) => {
            if let Some(Replayed(body)) = answer.extensions_mut().remove::<Replayed>() {
                let created: CreatedFlow = serde_json::from_value(body).map_err(Problem::internal)?;
                answer.headers_mut().extend(headers(&created)?);
            }
            Ok(answer)
        }
        Begun::Fresh(mut attempt) => {
            let made = create(&mut attempt, &caller, &body).await;
            let created = attempt.end(StatusCode::CREATED, made).await?;
            Ok((StatusCode::CREATED, headers(&created)?, axum::Json(created)).into_response())
        }
    }
}

fn headers(created: &CreatedFlow) -> Result<HeaderMap> {
    let mut headers = documents::etag(created.etag)?;
    headers.insert(LOCATION, format!("/v1/flows/{}", created.flow.id).parse().map_err(Problem::internal)?);
    Ok(headers)
}

async fn create(attempt: &mut Attempt<'_>, caller: &Caller, body: &CreateFlow) -> Result<CreatedFlow> {
    let (flow, draft) = resources::create(&mut attempt.tx, caller, KIND, &body.slug, &body.name, body.graph.as_ref()).await?;
    let state = answers::state(&draft)?;
    Ok(CreatedFlow { flow: answers::flow(flow), base_version: state.base_version, etag: state.etag, diagnostics: state.diagnostics })
}
