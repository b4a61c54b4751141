//! The Lambda function ReconcileReplica. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::jobs::reconcile_replica()
}
