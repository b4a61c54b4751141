//! The Lambda function CreateFlow. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::flows::create_flow::create_flow))
}
