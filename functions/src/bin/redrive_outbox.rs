//! The Lambda function RedriveOutbox. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::replica::redrive_outbox::redrive_outbox))
}
