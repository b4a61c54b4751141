//! The Lambda function ListAudit. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::workspaces::list_audit::list_audit))
}
