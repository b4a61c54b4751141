//! `fcc` itself, for the tests beside this file.

#[tokio::main]
async fn main() -> std::process::ExitCode {
    cli::main().await
}
