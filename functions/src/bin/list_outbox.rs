//! The Lambda function ListOutbox. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::replica::list_outbox::list_outbox))
}
