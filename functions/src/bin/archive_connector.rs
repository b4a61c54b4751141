//! The Lambda function ArchiveConnector. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::connectors::archive_connector::archive_connector))
}
