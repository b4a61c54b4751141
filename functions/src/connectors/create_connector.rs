use std::str::FromStr;

use axum::extract::State;
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::Slug;
use domain::identity::Right;
use store::drafts::Swap;
use wire::connectors::{CreateConnector, CreatedConnector};
use wire::problem::Code;

use super::{KIND, answers};
use crate::app::App;
use crate::drafting;
use crate::extract::{Caller, IdempotencyKey, Json};
use crate::idempotent::{self, Attempt, Begun, Replayed};
use crate::problem::{Problem, Result};

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
    let mut headers = answers::etag(created.etag)?;
    headers.insert(LOCATION, format!("/api/connectors/{}", created.connector.id).parse().map_err(Problem::internal)?);
    Ok(headers)
}

async fn create(attempt: &mut Attempt<'_>, caller: &Caller, body: &CreateConnector) -> Result<CreatedConnector> {
    caller.require(Right::Draft)?;
    let slug = Slug::from_str(&body.slug).map_err(|error| invalid("/slug", error.to_string()))?;
    let name = super::patch_connector::checked_name(&body.name)?;
    let tx = &mut attempt.tx;
    let workspace = caller.workspace.id;
    let id = store::resources::create(tx, workspace, KIND, slug.as_str(), name).await?.ok_or_else(|| {
        Problem::new(
            Code::SlugTaken,
            format!(
                "The slug {slug:?} belongs, or belonged, to another connector of this workspace. Slugs are never reused; choose another.",
                slug = slug.as_str()
            ),
        )
    })?;
    let document = body.config.clone().unwrap_or_else(|| drafting::empty(KIND));
    let content = drafting::content_of(KIND, &document).map_err(|problem| problem.inside("/config"))?;
    let first = Swap { expected: None, base_version: 0, restored_from: None };
    store::drafts::save(tx, workspace, KIND, id, first, &content, &caller.author()).await?;
    let resource = store::resources::find(tx, workspace, KIND, slug.as_str())
        .await?
        .ok_or_else(|| Problem::internal("a connector is gone right after it was made"))?;
    let draft = drafting::find(tx, caller, KIND, slug.as_str()).await?;
    let state = answers::state(&draft)?;
    Ok(CreatedConnector {
        connector: answers::connector(resource),
        base_version: state.base_version,
        etag: state.etag,
        warnings: state.warnings,
        blockers: state.blockers,
    })
}

fn invalid(pointer: &str, detail: String) -> Problem {
    Problem::new(Code::InvalidBody, "A member of the body is not what it has to be; `errors` says which.").error(pointer, detail)
}
