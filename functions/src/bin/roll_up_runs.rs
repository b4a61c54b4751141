//! The Lambda function RollUpRuns. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::jobs::roll_up_runs()
}
