//! The Lambda function Migrate. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::jobs::migrate()
}
