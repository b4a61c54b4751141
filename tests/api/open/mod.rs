mod get_healthz;
mod get_openapi;
mod get_schema;
mod not_found;
