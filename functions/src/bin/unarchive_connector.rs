//! The Lambda function UnarchiveConnector. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::connectors::unarchive_connector::unarchive_connector))
}
