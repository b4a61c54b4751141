use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use domain::digest::Digest;
use domain::token::{self, TokenKind};
use serde::Deserialize;
use utoipa::IntoParams;

use super::Refusal;
use super::pending::Pending;
use super::provider::{Person, Provider};
use crate::app::App;
use crate::extract::Query;
use crate::problem::Result;
use crate::settings::IdentityProvider;

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CallbackQuery {
    /// What this sign-in was begun with.
    pub state: Option<String>,
    /// For whom the provider vouches, to be asked with our secret.
    pub code: Option<String>,
    /// Why the provider vouches for nobody.
    pub error: Option<String>,
}

/// Where the identity provider sends people back to. Who is a member of a workspace by the e-mail that the provider has verified is
/// signed in; others are led to the console's sign-in page, with `error`.
#[utoipa::path(get, path = "/auth/callback", tag = "auth", security(()), params(CallbackQuery), responses((status = 303, description = "On to the console: signed in, or to its sign-in page with `error` (`expired`, `denied`, `unverified`, `unknown`, `unreachable`).")))]
pub async fn finish_login(
    State(app): State<App>,
    request: HeaderMap,
    Query(query): Query<CallbackQuery>,
) -> Result<(StatusCode, HeaderMap)> {
    let settings = super::identity_provider(&app)?;
    let pending = Pending::of(&request, &settings.client_secret, app.now());
    let to = super::own_path(pending.as_ref().map(|pending| pending.to.as_str())).to_owned();
    match sign_in(&app, settings, pending, query).await? {
        Outcome::SignedIn(cookie) => super::on_to(&to, [cookie, Pending::ended()]),
        Outcome::Refused(refusal) => super::refused(refusal, &to),
    }
}

enum Outcome {
    /// With the session's cookie.
    SignedIn(HeaderValue),
    Refused(Refusal),
}

async fn sign_in(app: &App, settings: &IdentityProvider, pending: Option<Pending>, query: CallbackQuery) -> Result<Outcome> {
    // Whoever was sent here by somebody else's sign-in has not begun this one.
    let Some(pending) = pending.filter(|pending| query.state.as_deref() == Some(&pending.state)) else {
        return Ok(Outcome::Refused(Refusal::Expired));
    };
    let Some(code) = query.code else {
        tracing::warn!(error = query.error, "the identity provider vouches for nobody");
        return Ok(Outcome::Refused(Refusal::Denied));
    };
    let email = match vouched_for(app, settings, &pending, code).await {
        Ok(Person { email, verified: true }) => email,
        Ok(Person { verified: false, .. }) => return Ok(Outcome::Refused(Refusal::Unverified)),
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "the identity provider's answer is none");
            return Ok(Outcome::Refused(Refusal::Unreachable));
        }
    };
    let secret = token::mint(TokenKind::Session, app.random());
    let session = Digest::of(secret.as_bytes());
    match store::callers::begin_session_of(&app.db, &email, super::workspace_in(&pending.to), session).await? {
        Some(_) => Ok(Outcome::SignedIn(super::session_cookie(Some(&secret))?)),
        None => Ok(Outcome::Refused(Refusal::Unknown)),
    }
}

async fn vouched_for(app: &App, settings: &IdentityProvider, pending: &Pending, code: String) -> anyhow::Result<Person> {
    Provider::discover(settings, &app.settings.console_url).await?.person(pending, code).await
}
