//! The Lambda function GetWorkspace. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::workspaces::get_workspace::get_workspace))
}
