//! The Lambda function RollbackFlow. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::flows::rollback_flow::rollback_flow))
}
