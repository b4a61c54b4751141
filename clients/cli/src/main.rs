//! `fcc`.

#[tokio::main]
async fn main() -> std::process::ExitCode {
    cli::main().await
}
