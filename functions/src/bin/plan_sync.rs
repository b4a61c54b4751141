//! The Lambda function PlanSync. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::sync::plan_sync::plan_sync))
}
