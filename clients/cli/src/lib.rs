//! `fcc`: FetchCatch from a checkout, from CI and from scripts.
//!
//! One file a command in `commands`; each takes its arguments and a [`context::Context`], and answers an [`exit::Exit`]. What is
//! printed goes through one [`printer::Printer`]: results on stdout, all else on stderr.

mod args;
mod bases;
mod checkout;
mod commands;
mod confirm;
mod context;
mod credentials;
mod differences;
mod exit;
mod files;
mod git;
mod interrupt;
mod keyring;
mod layout;
mod merging;
mod planning;
mod printer;
mod progress;
mod project;
mod remote;
mod settings;
mod state;
mod table;

use std::process::ExitCode;

use clap::Parser as _;

use crate::args::Cli;
use crate::context::Context;
use crate::exit::Exit;
use crate::printer::Printer;
use crate::settings::Settings;

/// Runs the command that the process was started with.
pub async fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Clap would exit with 2 for wrong usage, and 2 means drift here.
            let _ = error.print();
            return if error.use_stderr() { Exit::Error.into() } else { Exit::Done.into() };
        }
    };
    let settings = Settings::from_env();
    let printer = Printer::new(cli.global.json, cli.global.quiet, &settings);
    let context = Context::new(cli.global, settings, printer.clone());
    interrupt::watch();
    match commands::run(&context, cli.command).await {
        Ok(exit) => exit.into(),
        Err(error) => {
            printer.error(&error);
            exit::of_error(&error).into()
        }
    }
}
