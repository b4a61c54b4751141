//! The Lambda function NotFound. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve_not_found()
}
