//! The Lambda function ArchiveFlow. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::flows::archive_flow::archive_flow))
}
