//! The Lambda function PublishSync. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::sync::publish_sync::publish_sync))
}
