//! The Lambda function DeleteConnectorEntity. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::connectors::delete_connector_entity::delete_connector_entity))
}
