//! The Lambda function GetRunStats. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::runs::get_run_stats::get_run_stats))
}
