//! The Lambda function ListFlowVersions. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::flows::list_flow_versions::list_flow_versions))
}
