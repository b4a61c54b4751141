//! The Lambda function GetConnectorVersion. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::connectors::get_connector_version::get_connector_version))
}
