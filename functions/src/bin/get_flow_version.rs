//! The Lambda function GetFlowVersion. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::flows::get_flow_version::get_flow_version))
}
