use anyhow::{Result, anyhow, bail};
use clap::CommandFactory as _;
use serde_json::json;

use crate::args::Cli;
use crate::context::Context;
use crate::exit::{self, Exit};

/// Help on a command, or on exit-codes
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: fcc help exit-codes")]
pub struct Arguments {
    #[arg(value_name = "COMMAND|exit-codes")]
    about: Vec<String>,
}

pub fn run(context: &Context, arguments: Arguments) -> Result<Exit> {
    let text = match arguments.about.as_slice() {
        [topic] if topic == "exit-codes" => exit::HELP.to_owned(),
        names => {
            let arguments = ["fcc"].into_iter().chain(names.iter().map(String::as_str)).chain(["--help"]);
            let error = Cli::command().try_get_matches_from(arguments).err().ok_or_else(|| anyhow!("there is no help on {names:?}"))?;
            if error.use_stderr() {
                bail!("there is no command {:?}: see `fcc help`", names.join(" "));
            }
            error.render().to_string()
        }
    };
    context.printer.json(&json!({"text": text}));
    context.printer.line(text.trim_end());
    Ok(Exit::Done)
}
