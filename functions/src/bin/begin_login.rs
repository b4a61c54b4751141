//! The Lambda function BeginLogin. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve_open(|| utoipa_axum::routes!(functions::auth::begin_login::begin_login))
}
