//! The Lambda function MergeConnectorDraft. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::connectors::merge_connector_draft::merge_connector_draft))
}
