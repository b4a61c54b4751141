//! The Lambda function ResetConnectorDraft. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::connectors::reset_connector_draft::reset_connector_draft))
}
