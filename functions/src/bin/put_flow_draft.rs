//! The Lambda function PutFlowDraft. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::flows::put_flow_draft::put_flow_draft))
}
