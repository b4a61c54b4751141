//! The Lambda function RevokeToken. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::access::revoke_token::revoke_token))
}
