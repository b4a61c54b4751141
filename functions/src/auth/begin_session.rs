use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wire::time::Millis;

use crate::app::App;
use crate::extract::OpenJson;
use crate::problem::Result;

#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BeginSession {
    /// A personal token of the console (`fcp_`), or the code of a one-time link.
    pub token: String,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    pub expires_at: Millis,
}

/// Sign in to the console by pasting a token. The session comes as a cookie and lasts 12 hours.
#[utoipa::path(post, path = "/auth/token", tag = "auth", security(()), request_body = BeginSession, responses((status = 200, description = "Signed in.", body = Session)))]
pub async fn begin_session(
    State(app): State<App>,
    parts: Parts,
    OpenJson(body): OpenJson<BeginSession>,
) -> Result<(HeaderMap, axum::Json<Session>)> {
    // A browser says where it comes from; another site may not sign anybody in. Programs say nothing.
    super::refuse_other_sites(&Method::POST, &parts.headers)?;
    let (cookie, ends) = super::begin(&app, &body.token).await?;
    Ok((HeaderMap::from_iter([(SET_COOKIE, cookie)]), axum::Json(Session { expires_at: ends.into() })))
}
