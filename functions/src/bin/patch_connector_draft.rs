//! The Lambda function PatchConnectorDraft. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::connectors::patch_connector_draft::patch_connector_draft))
}
