//! The Lambda function ApplySync. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::sync::apply_sync::apply_sync))
}
