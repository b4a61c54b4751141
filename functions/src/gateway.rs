//! The table folded into one router: what the local stack and the tests serve.

use axum::{Router, middleware};
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::SizeAbove;

use crate::app::App;
use crate::envelope;
use crate::open::not_found::not_found;
use crate::routes::ENDPOINTS;

/// Answers over 1 KB are compressed for clients that take it.
const COMPRESS_ABOVE: u64 = 1024;

/// Every endpoint, behind the same envelope as in a Lambda.
pub fn router(app: App) -> Router {
    let endpoints = ENDPOINTS.iter().fold(Router::new(), |router, endpoint| router.merge(endpoint.axum_router()));
    wrap(endpoints.fallback(not_found).method_not_allowed_fallback(not_found), app)
}

/// The envelope around any part of the table, which brings its own fallback.
pub fn wrap(router: Router<App>, app: App) -> Router {
    router
        .layer(middleware::from_fn_with_state(app.clone(), envelope::envelope))
        .layer(CompressionLayer::new().compress_when(SizeAbove::new(COMPRESS_ABOVE)))
        .with_state(app)
}
