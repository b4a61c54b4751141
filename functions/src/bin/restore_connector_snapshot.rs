//! The Lambda function RestoreConnectorSnapshot. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::connectors::restore_connector_snapshot::restore_connector_snapshot))
}
