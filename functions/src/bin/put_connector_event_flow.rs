//! The Lambda function PutConnectorEventFlow. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::connectors::put_connector_event_flow::put_connector_event_flow))
}
