//! The Lambda function GetDrift. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::sync::get_drift::get_drift))
}
