//! The Lambda function MintToken. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::access::mint_token::mint_token))
}
