//! The Lambda function PatchWorkspace. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::workspaces::patch_workspace::patch_workspace))
}
