//! The Lambda function ListRuns. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::runs::list_runs::list_runs))
}
