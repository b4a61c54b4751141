//! The Lambda function GetConnectorSnapshot. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::connectors::get_connector_snapshot::get_connector_snapshot))
}
