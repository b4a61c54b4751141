//! The Lambda function GetHealthz. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve_open(|| utoipa_axum::routes!(functions::open::get_healthz::get_healthz))
}
