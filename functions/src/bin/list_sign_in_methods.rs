//! The Lambda function ListSignInMethods. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve_open(|| utoipa_axum::routes!(functions::auth::list_sign_in_methods::list_sign_in_methods))
}
