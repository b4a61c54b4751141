//! `cargo dev`: the local stack and the generators.

use std::process::ExitCode;

use clap::{Parser, Subcommand, error::ErrorKind};
use dev::{commands, settings::Settings};
use tracing_subscriber::EnvFilter;

/// Work on FetchCatch.
#[derive(Debug, Parser)]
#[command(name = "cargo dev", bin_name = "cargo dev")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Up(commands::up::Arguments),
    Test(commands::test::Arguments),
    Bench(commands::bench::Arguments),
    Generate(commands::generate::Arguments),
    Check(commands::check::Arguments),
    Build(commands::build::Arguments),
    Deploy(commands::deploy::Arguments),
    DeployLocal(commands::deploy_local::Arguments),
    PublishConsole(commands::publish_console::Arguments),
    Sam(commands::sam::Arguments),
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Clap would exit with 2 for a usage error, which elsewhere in this project means drift.
            let asked_for = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            let _ = error.print();
            return if asked_for { ExitCode::SUCCESS } else { ExitCode::FAILURE };
        }
    };
    let filter = EnvFilter::builder().with_default_directive(tracing::Level::INFO.into()).from_env_lossy();
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false).init();
    match run(arguments.command).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> anyhow::Result<ExitCode> {
    let settings = Settings::from_env()?;
    match command {
        Command::Up(arguments) => commands::up::run(&settings, arguments).await,
        Command::Test(arguments) => commands::test::run(&settings, arguments).await,
        Command::Bench(arguments) => commands::bench::run(&settings, arguments).await,
        Command::Generate(arguments) => commands::generate::run(&settings, &arguments),
        Command::Check(arguments) => commands::check::run(&settings, &arguments),
        Command::Build(arguments) => commands::build::run(&settings, &arguments).await,
        Command::Deploy(arguments) => commands::deploy::run(&settings, &arguments).await,
        Command::DeployLocal(arguments) => commands::deploy_local::run(&settings, arguments).await,
        Command::PublishConsole(arguments) => commands::publish_console::run(&settings, &arguments).await,
        Command::Sam(arguments) => commands::sam::run(&settings, &arguments).await,
    }
}
