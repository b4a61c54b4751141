use axum::extract::State;
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use wire::connectors::{CreateConnector, CreatedConnector};

use super::{KIND, answers};
use crate::app::App;
use crate::documents;
use crate::extract::{Caller, IdempotencyKey, Json};
use crate::idempotent::{self, Attempt, Begun, Replayed};
use crate::problem::{Problem, Result};
use crate::resources;

/// Make a connector with its first draft. Nothing is published.
#[utoipa::path(post, path = "/api/connectors", tag = "connectors", params(("Idempotency-Key" = Option<String>, Header, description = "A repeat with this key answers what the first call did.")),
    request_body = CreateConnector, responses((status = 201, description = "Made; base and active version are 0 until the first publish.", body = CreatedConnector)))]
pub async fn create_connector(
    State(app): State<App>,
    caller: Caller,
    key: IdempotencyKey,
    Json(body): Json<CreateConnector>,
) -> Result<Response> {
    match idempotent::begin(&app, &caller, "create_connector", &key).await? {
        Begun::Replay(mut answer) => {
            if let Some(Replayed(body)) = answer.extensions_mut().remove::<Replayed>() {
                let created: CreatedConnector = serde_json::from_value(body).map_err(Problem::internal)?;
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

fn headers(created: &CreatedConnector) -> Result<HeaderMap> {
    let mut headers = documents::etag(created.etag)?;
    headers.insert(LOCATION, format!("/api/connectors/{}", created.connector.id).parse().map_err(Problem::internal)?);
    Ok(headers)
}

async fn create(attempt: &mut Attempt<'_>, caller: &Caller, body: &CreateConnector) -> Result<CreatedConnector> {
    let (connector, draft) = resources::create(&mut attempt.tx, caller, KIND, &body.slug, &body.name, body.config.as_ref()).await?;
    let state = answers::state(&draft)?;
    Ok(CreatedConnector {
        connector: answers::connector(connector),
        base_version: state.base_version,
        etag: state.etag,
        warnings: state.warnings,
        blockers: state.blockers,
    })
}
