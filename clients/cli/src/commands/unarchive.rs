use anyhow::{Result, bail};
use domain::identity::ResourceType;

use super::archive::minted;
use crate::context::Context;
use crate::exit::Exit;
use crate::files::Key;

/// Put an archived resource into service again
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: fcc unarchive shipping-fee\n\nWhere a flow and a connector have the slug: fcc unarchive flows/shipping-fee"
)]
pub struct Arguments {
    #[arg(value_name = "SLUG")]
    slug: String,
    /// A note that stays with the version
    #[arg(short = 'm', long = "note", value_name = "NOTE")]
    note: Option<String>,
}

pub async fn run(context: &Context, arguments: Arguments) -> Result<Exit> {
    let client = context.client()?;
    let (kind, slug) = named(&arguments.slug);
    let kinds = kind.map_or_else(|| ResourceType::ALL.to_vec(), |kind| vec![kind]);
    let mut found = Vec::new();
    for kind in kinds {
        let key = Key { kind, slug: slug.to_owned() };
        if let Some(resource) = client.find_resource(key.selector()).await? {
            found.push((key, resource));
        }
    }
    // Of two with one slug, the archived one is meant.
    if found.len() > 1 {
        found.retain(|(_, resource)| resource.archived);
    }
    let (key, resource) = match found.as_slice() {
        [one] => one,
        [] => bail!("the workspace has no archived resource {:?}", arguments.slug),
        _ => bail!("both a flow and a connector are called {slug}: say flows/{slug} or connectors/{slug}"),
    };
    let published = client.unarchive(key.selector(), resource.published_version, arguments.note.as_deref()).await?;
    minted(&context.printer, key, &published, "puts it into service again");
    Ok(Exit::Done)
}

fn named(text: &str) -> (Option<ResourceType>, &str) {
    let text = text.strip_suffix(".json").unwrap_or(text);
    for kind in ResourceType::ALL {
        if let Some(slug) = text.strip_prefix(Key::folder(*kind)).and_then(|rest| rest.strip_prefix('/')) {
            return (Some(*kind), slug);
        }
    }
    (None, text)
}
