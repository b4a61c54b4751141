//! The Lambda function DiffFlowVersion. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::flows::diff_flow_version::diff_flow_version))
}
