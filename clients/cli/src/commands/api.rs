use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::context::Context;
use crate::exit::Exit;

/// Call the API: for what has no command of its own
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: fcc api POST /v1/flows --input flow.json\n\nThe answer goes to stdout as it came. Exits with 1 when the status is 400 or more."
)]
pub struct Arguments {
    /// GET, POST, PUT, PATCH or DELETE
    #[arg(value_name = "METHOD")]
    method: String,
    /// Begins with a slash
    #[arg(value_name = "PATH")]
    path: String,
    /// The body; - for stdin
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
}

pub async fn run(context: &Context, arguments: Arguments) -> Result<Exit> {
    if !arguments.path.starts_with('/') {
        bail!("{:?} is no path of the API: it begins with a slash, as /v1/me", arguments.path);
    }
    let body = match arguments.input.as_deref() {
        None => None,
        Some(path) if path == Path::new("-") => {
            let mut body = Vec::new();
            std::io::stdin().lock().read_to_end(&mut body)?;
            Some(body)
        }
        Some(path) => Some(std::fs::read(path).with_context(|| format!("{} can't be read", path.display()))?),
    };
    let answer = context.client()?.raw(&arguments.method.to_uppercase(), &arguments.path, body).await?;
    context.printer.raw(&answer.body);
    if !answer.body.is_empty() && !answer.body.ends_with(b"\n") {
        context.printer.raw(b"\n");
    }
    if answer.status >= 400 {
        context.printer.note(format_args!("{} {} answered {}", arguments.method.to_uppercase(), arguments.path, answer.status));
        return Ok(Exit::Error);
    }
    Ok(Exit::Done)
}
