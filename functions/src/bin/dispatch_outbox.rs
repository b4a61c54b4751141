//! The Lambda function DispatchOutbox. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::jobs::dispatch_outbox()
}
