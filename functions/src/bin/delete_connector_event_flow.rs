//! The Lambda function DeleteConnectorEventFlow. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::connectors::delete_connector_event_flow::delete_connector_event_flow))
}
