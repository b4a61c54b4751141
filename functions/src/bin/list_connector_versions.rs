//! The Lambda function ListConnectorVersions. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::connectors::list_connector_versions::list_connector_versions))
}
