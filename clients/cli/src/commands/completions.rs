use anyhow::Result;
use clap::{CommandFactory as _, ValueEnum};
use clap_complete::Shell;

use crate::args::Cli;
use crate::context::Context;
use crate::exit::Exit;

/// Completions for a shell, or the man page
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: fcc completions bash > ~/.local/share/bash-completion/completions/fcc\n         fcc completions man > ~/.local/share/man/man1/fcc.1"
)]
pub struct Arguments {
    #[arg(value_enum, value_name = "SHELL|man")]
    form: Form,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Form {
    Bash,
    Zsh,
    Fish,
    Man,
}

pub fn run(context: &Context, arguments: Arguments) -> Result<Exit> {
    let mut text = Vec::new();
    let mut command = Cli::command();
    let shell = match arguments.form {
        Form::Bash => Some(Shell::Bash),
        Form::Zsh => Some(Shell::Zsh),
        Form::Fish => Some(Shell::Fish),
        Form::Man => None,
    };
    match shell {
        Some(shell) => clap_complete::generate(shell, &mut command, "fcc", &mut text),
        None => clap_mangen::Man::new(command).render(&mut text)?,
    }
    context.printer.raw(&text);
    Ok(Exit::Done)
}
