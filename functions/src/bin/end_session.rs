//! The Lambda function EndSession. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve_open(|| utoipa_axum::routes!(functions::auth::end_session::end_session))
}
