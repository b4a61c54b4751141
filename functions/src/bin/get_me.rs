//! The Lambda function GetMe. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::access::get_me::get_me))
}
