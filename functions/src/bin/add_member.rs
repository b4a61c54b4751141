//! The Lambda function AddMember. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::workspaces::add_member::add_member))
}
