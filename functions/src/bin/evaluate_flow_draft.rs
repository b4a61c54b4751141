//! The Lambda function EvaluateFlowDraft. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::runs::evaluate_flow_draft::evaluate_flow_draft))
}
