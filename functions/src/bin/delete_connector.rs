//! The Lambda function DeleteConnector. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::connectors::delete_connector::delete_connector))
}
