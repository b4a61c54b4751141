//! The Lambda function ExportResources. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::sync::export_resources::export_resources))
}
