use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

/// This API's OpenAPI document.
#[utoipa::path(get, path = "/openapi.json", tag = "open", security(()), responses((status = 200, description = "OpenAPI 3.1.", content_type = "application/json")))]
pub async fn get_openapi() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], crate::openapi::json())
}
