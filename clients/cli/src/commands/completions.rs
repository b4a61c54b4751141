use anyhow::{Result, anyhow, bail};
use clap::{Command, CommandFactory as _, ValueEnum};
use clap_complete::Shell;
use serde_json::json;

use crate::args::Cli;
use crate::context::Context;
use crate::exit::Exit;

/// Completions for a shell, or man pages
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: fcc completions bash > ~/.local/share/bash-completion/completions/fcc\n         fcc completions man > ~/.local/share/man/man1/fcc.1\n         fcc completions man publish > ~/.local/share/man/man1/fcc-publish.1"
)]
pub struct Arguments {
    #[arg(value_enum, value_name = "SHELL|man")]
    form: Form,
    /// The man page of one command [default: of fcc]
    #[arg(value_name = "COMMAND")]
    command: Option<String>,
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
    match (shell, arguments.command) {
        (Some(_), Some(_)) => bail!("a shell completes all of fcc: a command is named for `fcc completions man` alone"),
        (Some(shell), None) => clap_complete::generate(shell, &mut command, "fcc", &mut text),
        (None, name) => clap_mangen::Man::new(page(command, name)?).render(&mut text)?,
    }
    if context.printer.is_json() {
        context.printer.json(&json!({"text": String::from_utf8_lossy(&text)}));
    } else {
        context.printer.raw(&text);
    }
    Ok(Exit::Done)
}

/// What the page is about; a command's says `fcc-publish` and `fcc publish`, and what holds for all.
fn page(mut all: Command, name: Option<String>) -> Result<Command> {
    let Some(name) = name else { return Ok(all) };
    // Global options come down to the commands only then.
    all.build();
    let found = all.find_subcommand(&name).cloned().ok_or_else(|| anyhow!("there is no command {name:?}: see `fcc help`"))?;
    Ok(found.display_name(format!("fcc-{name}")))
}
