//! Signing in to the console, and out.

pub mod begin_session;
pub mod end_session;
pub mod follow_login_link;

use axum::http::header::{ORIGIN, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, Method};
use chrono::{DateTime, Utc};
use domain::digest::Digest;
use domain::token::{self, TokenKind};
use wire::problem::Code;

use crate::app::App;
use crate::extract::{session, unauthorized};
use crate::problem::{Problem, Result};

/// A session for who presents this secret: the cookie, and when it ends.
async fn begin(app: &App, presented: &str) -> Result<(HeaderMap, DateTime<Utc>)> {
    let refused = || {
        unauthorized(
            "This signs nobody in: it takes a personal token of the console (fcp_) that works, or a one-time link that was not used before.",
        )
    };
    let (_, presented) = token::parse(presented.trim()).map_err(|_| refused())?;
    let secret = token::mint(TokenKind::Session, app.random());
    let ends = store::callers::begin_session(&app.db, presented, Digest::of(secret.as_bytes())).await?.ok_or_else(refused)?;
    Ok((cookie(Some(&secret))?, ends))
}

/// A browser says where a request comes from, and another site may not sign anybody in. Programs say nothing.
fn refuse_other_sites(method: &Method, headers: &HeaderMap) -> Result<()> {
    let says = headers.contains_key("sec-fetch-site") || headers.contains_key(ORIGIN);
    if says && !session::same_origin(method, headers) {
        return Err(Problem::new(Code::Forbidden, "Another site tried to sign you in. Open the console itself."));
    }
    Ok(())
}

fn cookie(secret: Option<&str>) -> Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    headers.insert(SET_COOKIE, HeaderValue::from_str(&session::set_cookie(secret)).map_err(Problem::internal)?);
    Ok(headers)
}
