//! The Lambda function GetFlowSnapshot. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::flows::get_flow_snapshot::get_flow_snapshot))
}
