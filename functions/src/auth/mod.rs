//! Signing in to the console, and out.

pub mod begin_login;
pub mod begin_session;
pub mod end_session;
pub mod finish_login;
pub mod list_sign_in_methods;
mod pending;
mod provider;

use axum::http::header::{LOCATION, ORIGIN, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use chrono::{DateTime, Utc};
use domain::digest::Digest;
use domain::token::{self, TokenKind};
use openidconnect::url::form_urlencoded;
use wire::problem::Code;

use self::pending::Pending;
use crate::app::App;
use crate::extract::{session, unauthorized};
use crate::problem::{Problem, Result};
use crate::settings::IdentityProvider;

/// Why the identity provider's answer signs nobody in; the console's sign-in page says it in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    /// It was begun too long ago, or by another browser.
    Expired,
    /// The provider refused, or its user did.
    Denied,
    /// The provider does not know whether the e-mail is the person's.
    Unverified,
    /// Nobody of this e-mail is a member of a workspace.
    Unknown,
    /// The provider does not answer, or not as it should.
    Unreachable,
}

/// The longest path to go on to: a cookie holds it.
const LONGEST_PATH: usize = 1000;

/// Where people sign in with their organisation's account.
fn identity_provider(app: &App) -> Result<&IdentityProvider> {
    app.settings.identity_provider.as_ref().ok_or_else(|| {
        Problem::new(
            Code::NotFound,
            "No identity provider is set up here: an operator sets OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET. Until then sign in \
             with a one-time link (its `code`), or by pasting a token: POST /auth/token.",
        )
    })
}

/// A path of the console itself; anything that a browser could take for another site's address is its first page.
fn own_path(to: Option<&str>) -> &str {
    to.filter(|to| {
        let mut characters = to.chars();
        characters.next() == Some('/')
            && !matches!(characters.next(), Some('/' | '\\'))
            && to.len() <= LONGEST_PATH
            && to.chars().all(|character| character.is_ascii_graphic())
    })
    .unwrap_or("/")
}

/// The workspace that a path of the console is about.
fn workspace_in(path: &str) -> Option<&str> {
    path.strip_prefix("/w/")?.split(['/', '?', '#']).next().filter(|workspace| !workspace.is_empty())
}

fn on_to(address: &str, cookies: impl IntoIterator<Item = impl Into<Option<HeaderValue>>>) -> Result<(StatusCode, HeaderMap)> {
    let mut headers = HeaderMap::new();
    headers.insert(LOCATION, HeaderValue::from_str(address).map_err(Problem::internal)?);
    for cookie in cookies.into_iter().filter_map(Into::into) {
        headers.append(SET_COOKIE, cookie);
    }
    Ok((StatusCode::SEE_OTHER, headers))
}

fn refused(refusal: Refusal, to: &str) -> Result<(StatusCode, HeaderMap)> {
    let error = match refusal {
        Refusal::Expired => "expired",
        Refusal::Denied => "denied",
        Refusal::Unverified => "unverified",
        Refusal::Unknown => "unknown",
        Refusal::Unreachable => "unreachable",
    };
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("error", error).append_pair("to", to).finish();
    on_to(&format!("/sign-in?{query}"), [Pending::ended()])
}

/// A session for who presents this secret: the cookie, and when it ends.
async fn begin(app: &App, presented: &str) -> Result<(HeaderValue, DateTime<Utc>)> {
    let refused = || {
        unauthorized(
            "This signs nobody in: it takes a personal token of the console (fcp_) that works, or a one-time link that was not used before.",
        )
    };
    let (_, presented) = token::parse(presented.trim()).map_err(|_| refused())?;
    let secret = token::mint(TokenKind::Session, app.random());
    let ends = store::callers::begin_session(&app.db, presented, Digest::of(secret.as_bytes())).await?.ok_or_else(refused)?;
    Ok((session_cookie(Some(&secret))?, ends))
}

/// A browser says where a request comes from, and another site may not sign anybody in. Programs say nothing.
fn refuse_other_sites(method: &Method, headers: &HeaderMap) -> Result<()> {
    let says = headers.contains_key("sec-fetch-site") || headers.contains_key(ORIGIN);
    if says && !session::same_origin(method, headers) {
        return Err(Problem::new(Code::Forbidden, "Another site tried to sign you in. Open the console itself."));
    }
    Ok(())
}

fn session_cookie(secret: Option<&str>) -> Result<HeaderValue> {
    HeaderValue::from_str(&session::set_cookie(secret)).map_err(Problem::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_path_of_ours_follows_a_sign_in() {
        for path in ["/", "/w/acme/runs?source=cli", "/w/acme/connectors/crm/history#v3"] {
            assert_eq!(own_path(Some(path)), path);
        }
        let long = format!("/{}", "x".repeat(LONGEST_PATH));
        for elsewhere in
            ["//evil.example", "/\\evil.example", "https://evil.example", "evil.example", "", "/w/\tx", "/\n//evil", "/ü", &long]
        {
            assert_eq!(own_path(Some(elsewhere)), "/", "{elsewhere:?}");
        }
        assert_eq!(own_path(None), "/");
    }

    #[test]
    fn a_deep_link_names_its_workspace() {
        assert_eq!(workspace_in("/w/acme/runs?source=cli"), Some("acme"));
        assert_eq!(workspace_in("/w/acme"), Some("acme"));
        assert_eq!((workspace_in("/w/"), workspace_in("/"), workspace_in("/wide/acme")), (None, None, None));
    }
}
