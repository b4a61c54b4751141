//! The Lambda function GetRun. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::runs::get_run::get_run))
}
