//! What answers without a token.

pub mod get_healthz;
pub mod get_openapi;
pub mod get_schema;
pub mod not_found;
