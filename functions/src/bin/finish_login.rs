//! The Lambda function FinishLogin. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve_open(|| utoipa_axum::routes!(functions::auth::finish_login::finish_login))
}
