//! The Lambda function Sweep. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::jobs::sweep()
}
