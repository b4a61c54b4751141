//! The Lambda function RollbackConnector. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::connectors::rollback_connector::rollback_connector))
}
