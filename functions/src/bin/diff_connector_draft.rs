//! The Lambda function DiffConnectorDraft. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::connectors::diff_connector_draft::diff_connector_draft))
}
