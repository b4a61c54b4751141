//! The Lambda function EvaluateFlow. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::runs::evaluate_flow::evaluate_flow))
}
