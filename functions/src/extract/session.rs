//! The console's session: a cookie that scripts can't read and other sites can't use.

use axum::http::header::{COOKIE, HOST, ORIGIN};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method};
use domain::digest::Digest;
use domain::token::{self, TokenKind};
use wire::problem::Code;

use crate::problem::{Problem, Result};

/// The prefix makes browsers insist on Secure, the path `/` and no domain. They take it on http://127.0.0.1 too, a trustworthy origin.
const COOKIE_NAME: &str = "__Host-fetchcatch";
/// A session's length, as the database has it.
const HOURS: u32 = 12;

/// The session that the request carries. A cookie comes along by itself, so a request that another site caused is refused.
pub fn of(parts: &Parts) -> Result<Option<(TokenKind, Digest)>> {
    let Some(secret) = secret(&parts.headers) else { return Ok(None) };
    if !same_origin(&parts.method, &parts.headers) {
        return Err(Problem::new(
            Code::Forbidden,
            "This request came from another site; the console's session works for the console alone. Scripts send a token.",
        ));
    }
    match token::parse(secret) {
        Ok((TokenKind::Session, digest)) => Ok(Some((TokenKind::Session, digest))),
        _ => Ok(None),
    }
}

/// The session's secret.
pub fn secret(headers: &HeaderMap) -> Option<&str> {
    cookie(headers, COOKIE_NAME)
}

/// A cookie's value.
pub fn cookie<'a>(headers: &'a HeaderMap, wanted: &str) -> Option<&'a str> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(';'));
    cookies.filter_map(|cookie| cookie.trim().split_once('=')).find(|(name, _)| *name == wanted).map(|(_, value)| value)
}

/// What a browser says of where a request comes from. Reads may come from a link or a bookmark.
pub fn same_origin(method: &Method, headers: &HeaderMap) -> bool {
    let text = |value: Option<&HeaderValue>| value.and_then(|value| value.to_str().ok().map(str::to_owned));
    let read = method == Method::GET || method == Method::HEAD;
    match (text(headers.get("sec-fetch-site")).as_deref(), text(headers.get(ORIGIN)), text(headers.get(HOST))) {
        (Some("same-origin"), _, _) => true,
        (Some("none"), _, _) => read,
        (Some(_), _, _) => false,
        (None, Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, from)| from == host),
        (None, _, _) => read,
    }
}

/// Sets the session's cookie, or with `None` takes it away.
pub fn set_cookie(secret: Option<&str>) -> String {
    match secret {
        Some(secret) => set(COOKIE_NAME, secret, i64::from(HOURS) * 3600),
        None => set(COOKIE_NAME, "", 0),
    }
}

/// Sets a cookie for so many seconds.
pub fn set(name: &str, value: &str, seconds: i64) -> String {
    format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={seconds}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(method: Method, headers: &[(&'static str, &'static str)]) -> bool {
        same_origin(&method, &headers.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))).collect())
    }

    #[test]
    fn a_write_needs_to_come_from_the_console_itself() {
        assert!(from(Method::POST, &[("sec-fetch-site", "same-origin")]));
        assert!(from(Method::POST, &[("origin", "https://console.example"), ("host", "console.example")]));
        assert!(!from(Method::POST, &[("sec-fetch-site", "cross-site")]));
        assert!(!from(Method::POST, &[("sec-fetch-site", "same-site")]));
        assert!(!from(Method::POST, &[("origin", "https://evil.example"), ("host", "console.example")]));
        assert!(!from(Method::POST, &[]));
    }

    #[test]
    fn a_read_may_come_from_a_bookmark_but_not_from_another_sites_script() {
        assert!(from(Method::GET, &[("sec-fetch-site", "none")]));
        assert!(!from(Method::GET, &[("sec-fetch-site", "cross-site")]));
    }
}
