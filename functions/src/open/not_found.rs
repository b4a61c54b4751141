//! The `$default` route, so that a 404 or a 405 of ours looks like every other error.

use axum::http::header::ALLOW;
use axum::http::{HeaderValue, Method, Uri};
use wire::problem::Code;

use crate::problem::Problem;
use crate::routes;

/// What no route took: 405 where the path has others, else 404.
pub async fn not_found(method: Method, uri: Uri) -> Problem {
    let allowed = routes::methods_of(uri.path());
    if allowed.is_empty() {
        return Problem::new(Code::NotFound, format!("There is nothing at {}. GET /openapi.json lists what there is.", uri.path()));
    }
    let problem = Problem::new(Code::MethodNotAllowed, format!("{} does not take {method}; it takes {}.", uri.path(), allowed.join(", ")));
    match HeaderValue::from_str(&allowed.join(", ")) {
        Ok(value) => problem.header(ALLOW, value),
        Err(_) => problem,
    }
}
