use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};

use crate::app::App;
use crate::extract::session;
use crate::problem::Result;

/// Sign out: the session ends at once, here and on every other instance for writes, within a minute for reads.
#[utoipa::path(post, path = "/auth/logout", tag = "auth", security(()), responses((status = 204, description = "Signed out, also when nobody was signed in.")))]
pub async fn end_session(State(app): State<App>, parts: Parts) -> Result<(StatusCode, HeaderMap)> {
    if let Some((_, secret)) = session::of(&parts)? {
        store::callers::end_session(&app.db, secret).await?;
        app.callers.forget_secret(secret);
    }
    Ok((StatusCode::NO_CONTENT, HeaderMap::from_iter([(SET_COOKIE, super::session_cookie(None)?)])))
}
