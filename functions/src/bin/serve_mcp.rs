//! The Lambda function ServeMcp. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::agents::serve_mcp::serve_mcp))
}
