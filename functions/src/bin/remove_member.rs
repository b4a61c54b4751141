//! The Lambda function RemoveMember. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::workspaces::remove_member::remove_member))
}
