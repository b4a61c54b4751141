//! The Lambda function MergeFlowDraft. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::flows::merge_flow_draft::merge_flow_draft))
}
