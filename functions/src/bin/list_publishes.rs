//! The Lambda function ListPublishes. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::sync::list_publishes::list_publishes))
}
