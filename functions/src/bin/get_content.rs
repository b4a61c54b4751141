//! The Lambda function GetContent. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::sync::get_content::get_content))
}
