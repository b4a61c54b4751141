//! The Lambda function PutContent. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::sync::put_content::put_content))
}
