//! The Lambda function DeleteFlow. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::flows::delete_flow::delete_flow))
}
