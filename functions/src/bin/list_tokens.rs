//! The Lambda function ListTokens. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::access::list_tokens::list_tokens))
}
