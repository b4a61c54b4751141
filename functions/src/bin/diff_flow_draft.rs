//! The Lambda function DiffFlowDraft. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::flows::diff_flow_draft::diff_flow_draft))
}
