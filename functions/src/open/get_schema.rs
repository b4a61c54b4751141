use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use crate::extract::Path;
use crate::problem::{Problem, Result};
use wire::problem::Code;

/// A JSON Schema, for editors and validators: `connector-v3.json`.
#[utoipa::path(get, path = "/api/schemas/{name}", tag = "open", security(()), params(("name" = String, Path, description = "`connector-v3.json`.")),
    responses((status = 200, description = "JSON Schema 2020-12.", content_type = "application/schema+json")))]
pub async fn get_schema(Path(name): Path<String>) -> Result<Response> {
    match name.as_str() {
        "connector-v3.json" => Ok(([(CONTENT_TYPE, "application/schema+json")], domain::connector::SCHEMA).into_response()),
        _ => Err(Problem::new(Code::NotFound, format!("There is no schema {name:?}; there is connector-v3.json."))),
    }
}
