//! The Lambda function ListFlows. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::flows::list_flows::list_flows))
}
