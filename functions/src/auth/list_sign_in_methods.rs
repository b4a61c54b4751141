use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;

#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignInMethods {
    /// The identity provider's address; null where none is set up. `GET /auth/login` leads there.
    #[schema(required)]
    pub identity_provider: Option<String>,
}

/// How people sign in here, beside pasting a token.
#[utoipa::path(get, path = "/auth/methods", tag = "auth", security(()), responses((status = 200, description = "What a sign-in page offers.", body = SignInMethods)))]
pub async fn list_sign_in_methods(State(app): State<App>) -> Json<SignInMethods> {
    let provider = app.settings.identity_provider.as_ref();
    Json(SignInMethods { identity_provider: provider.map(|provider| provider.issuer.clone()) })
}
