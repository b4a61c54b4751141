//! The Lambda function ResetFlowDraft. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::flows::reset_flow_draft::reset_flow_draft))
}
