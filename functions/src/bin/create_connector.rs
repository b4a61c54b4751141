//! The Lambda function CreateConnector. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::connectors::create_connector::create_connector))
}
