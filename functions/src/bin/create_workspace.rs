//! The Lambda function CreateWorkspace. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::workspaces::create_workspace::create_workspace))
}
