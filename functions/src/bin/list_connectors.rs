//! The Lambda function ListConnectors. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::connectors::list_connectors::list_connectors))
}
