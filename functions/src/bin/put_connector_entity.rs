//! The Lambda function PutConnectorEntity. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::connectors::put_connector_entity::put_connector_entity))
}
