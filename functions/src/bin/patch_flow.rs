//! The Lambda function PatchFlow. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::flows::patch_flow::patch_flow))
}
