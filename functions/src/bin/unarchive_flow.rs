//! The Lambda function UnarchiveFlow. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::flows::unarchive_flow::unarchive_flow))
}
