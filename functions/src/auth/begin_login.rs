use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode};
use serde::Deserialize;
use utoipa::IntoParams;

use super::pending::Pending;
use super::provider::Provider;
use crate::app::App;
use crate::extract::Query;
use crate::problem::Result;

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LoginQuery {
    /// From a one-time link, such as the one that the local stack prints. Without it the identity provider is asked.
    pub code: Option<String>,
    /// The console's page to go on to, a path such as `/w/acme/runs`; its workspace is the one that is signed in to.
    pub to: Option<String>,
}

/// Sign in to the console: with a one-time link, or by way of the identity provider.
#[utoipa::path(get, path = "/auth/login", tag = "auth", security(()), params(LoginQuery), responses((status = 303, description = "Signed in and on to the console, or on to the identity provider.")))]
pub async fn begin_login(State(app): State<App>, request: HeaderMap, Query(query): Query<LoginQuery>) -> Result<(StatusCode, HeaderMap)> {
    super::refuse_other_sites(&Method::GET, &request)?;
    let to = super::own_path(query.to.as_deref());
    if let Some(code) = query.code {
        let (cookie, _) = super::begin(&app, &code).await?;
        return super::on_to(to, [cookie]);
    }
    let settings = super::identity_provider(&app)?;
    match Provider::discover(settings, &app.settings.console_url).await {
        Ok(provider) => {
            let pending = Pending::begin(&app, to);
            let address = provider.address(&pending);
            super::on_to(&address, [pending.cookie(&settings.client_secret)])
        }
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "the identity provider can't be asked");
            super::refused(super::Refusal::Unreachable, to)
        }
    }
}
