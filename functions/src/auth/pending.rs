//! A sign-in that is under way: what the browser keeps while its user is at the identity provider.

use axum::http::{HeaderMap, HeaderValue};
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::app::App;
use crate::extract::session;

/// As the session's: no other site and no subdomain can set it, no script can read it.
const COOKIE_NAME: &str = "__Host-fetchcatch-sign-in";
const MINUTES: i64 = 15;
/// Whatever else is signed with the provider's secret, it begins otherwise.
const PURPOSE: &[u8] = b"fetchcatch sign-in\n";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// Comes back with the answer.
    pub state: String,
    /// Stands in the identity token.
    pub nonce: String,
    /// Proves to the provider that who brings the code is who asked for it (PKCE).
    pub verifier: String,
    /// Where its user wants to be.
    pub to: String,
    until: i64,
}

impl Pending {
    pub fn begin(app: &App, to: &str) -> Pending {
        let random = || hex::encode(app.random());
        let until = app.now() + TimeDelta::minutes(MINUTES);
        Pending { state: random(), nonce: random(), verifier: random(), to: to.to_owned(), until: until.timestamp() }
    }

    /// Of the browser that asks, unless it is too old, or not as it was made here.
    pub fn of(headers: &HeaderMap, key: &str, now: DateTime<Utc>) -> Option<Pending> {
        let (content, mac) = session::cookie(headers, COOKIE_NAME)?.split_once('.')?;
        let (content, mac) = (hex::decode(content).ok()?, hex::decode(mac).ok()?);
        signer(key, &content)?.verify_slice(&mac).ok()?;
        serde_json::from_slice(&content).ok().filter(|pending: &Pending| now.timestamp() < pending.until)
    }

    pub fn cookie(&self, key: &str) -> Option<HeaderValue> {
        let content = serde_json::to_vec(self).ok()?;
        let mac = signer(key, &content)?.finalize().into_bytes();
        let value = format!("{}.{}", hex::encode(&content), hex::encode(mac));
        HeaderValue::from_str(&session::set(COOKIE_NAME, &value, MINUTES * 60)).ok()
    }

    /// Takes the cookie away: a sign-in is finished once.
    pub fn ended() -> HeaderValue {
        const ENDED: &str = "__Host-fetchcatch-sign-in=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0";
        HeaderValue::from_static(ENDED)
    }
}

fn signer(key: &str, content: &[u8]) -> Option<Hmac<Sha256>> {
    // Keys of any length are taken.
    let mut signer = Hmac::<Sha256>::new_from_slice(key.as_bytes()).ok()?;
    signer.update(PURPOSE);
    signer.update(content);
    Some(signer)
}

#[cfg(test)]
mod tests {
    use axum::http::header::COOKIE;

    use super::*;

    fn pending() -> Pending {
        Pending { state: "s".into(), nonce: "n".into(), verifier: "v".into(), to: "/w/acme".into(), until: 1_000 }
    }

    fn kept(cookie: &str, key: &str, now: i64) -> Option<Pending> {
        let value = cookie.split(';').next().unwrap();
        let headers = HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(value).unwrap())]);
        Pending::of(&headers, key, DateTime::from_timestamp(now, 0).unwrap())
    }

    #[test]
    fn it_comes_back_as_it_was_until_it_is_too_old() {
        let cookie = pending().cookie("key").unwrap();
        let cookie = cookie.to_str().unwrap();
        assert!(cookie.starts_with("__Host-") && cookie.contains("; HttpOnly; ") && cookie.contains("Max-Age=900"), "{cookie}");
        assert_eq!(kept(cookie, "key", 999), Some(pending()));
        assert_eq!(kept(cookie, "key", 1_000), None);
    }

    #[test]
    fn one_that_was_made_elsewhere_is_none() {
        let cookie = pending().cookie("key").unwrap();
        let cookie = cookie.to_str().unwrap();
        assert_eq!(kept(cookie, "another key", 999), None);
        let other = Pending { to: "//evil.example".into(), ..pending() };
        let other = hex::encode(serde_json::to_vec(&other).unwrap());
        let (_, mac) = cookie.split_once('.').unwrap();
        assert_eq!(kept(&format!("{COOKIE_NAME}={other}.{mac}"), "key", 999), None);
        assert_eq!(kept(&format!("{COOKIE_NAME}={other}"), "key", 999), None);
    }
}
