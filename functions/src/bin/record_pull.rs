//! The Lambda function RecordPull. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::sync::record_pull::record_pull))
}
