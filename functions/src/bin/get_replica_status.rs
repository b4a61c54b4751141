//! The Lambda function GetReplicaStatus. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(|| utoipa_axum::routes!(functions::replica::get_replica_status::get_replica_status))
}
