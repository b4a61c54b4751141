use axum::extract::State;
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use serde::Deserialize;
use utoipa::IntoParams;
use wire::problem::Code;

use crate::app::App;
use crate::extract::Query;
use crate::problem::{Problem, Result};

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LoginQuery {
    /// From a one-time link, such as the one that the local stack prints.
    pub code: Option<String>,
}

/// Sign in to the console with a one-time link.
#[utoipa::path(get, path = "/auth/login", tag = "auth", security(()), params(LoginQuery), responses((status = 303, description = "Signed in; on to the console.")))]
pub async fn follow_login_link(
    State(app): State<App>,
    request: HeaderMap,
    Query(query): Query<LoginQuery>,
) -> Result<(StatusCode, HeaderMap)> {
    super::refuse_other_sites(&Method::GET, &request)?;
    let code = query.code.ok_or_else(|| {
        Problem::new(Code::InvalidQuery, "A one-time link has a `code`. Without one, sign in by pasting a token: POST /auth/token.")
    })?;
    let (mut headers, _) = super::begin(&app, &code).await?;
    headers.insert(LOCATION, HeaderValue::from_static("/"));
    Ok((StatusCode::SEE_OTHER, headers))
}
