use std::path::PathBuf;

use anyhow::Result;

use super::archive::minted;
use crate::confirm::confirm;
use crate::context::Context;
use crate::exit::Exit;

/// Publish a former version again, as a new one
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: fcc rollback flows/shipping-fee.json --to 3 -m 'The new fees were wrong'")]
pub struct Arguments {
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The version to go back to
    #[arg(long, value_name = "N")]
    to: i32,
    /// A note that stays with the version
    #[arg(short = 'm', long = "note", value_name = "NOTE")]
    note: Option<String>,
}

/// Without a commit: what becomes active is not what HEAD holds.
pub async fn run(context: &Context, arguments: Arguments) -> Result<Exit> {
    let key = context.key(&arguments.file)?;
    let client = context.client()?;
    let resource = client.get_resource(key.selector()).await?;
    confirm(context, &format!("Roll {} back from version {} to {}?", key.file(), resource.published_version, arguments.to))?;
    let published = client.rollback(key.selector(), arguments.to, resource.published_version, arguments.note.as_deref()).await?;
    minted(&context.printer, &key, &published, &format!("is what version {} was", arguments.to));
    context.printer.note(format_args!("The file here is as it was: fcc pull {} brings the version into git.", key.file()));
    Ok(Exit::Done)
}
