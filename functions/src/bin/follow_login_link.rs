//! The Lambda function FollowLoginLink. Written by `cargo dev generate`.

fn main() -> std::process::ExitCode {
    functions::lambda::serve(utoipa_axum::routes!(functions::auth::follow_login_link::follow_login_link))
}
