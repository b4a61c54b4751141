//! The Lambda function PutConnectorSettings. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::connectors::put_connector_settings::put_connector_settings))
}
