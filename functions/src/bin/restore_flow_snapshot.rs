//! The Lambda function RestoreFlowSnapshot. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::flows::restore_flow_snapshot::restore_flow_snapshot))
}
