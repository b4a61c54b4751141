use std::path::PathBuf;

use anyhow::{Result, bail};
use domain::Digest;
use domain::canonical;
use domain::merge::Side;
use sdk::{Client, Of};
use serde_json::json;
use wire::sync::pulls::{PulledResource, RecordPull};

use crate::bases::Bases;
use crate::context::Context;
use crate::exit::Exit;
use crate::files::{self, Key};
use crate::merging::settle;
use crate::remote::Remote;

/// Settle a conflict that `fcc pull` found
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: fcc resolve flows/shipping-fee.json --ours\n\nWhat only one side changed is kept from both.")]
#[command(group(clap::ArgGroup::new("way").required(true).args(["ours", "theirs", "merged"])))]
pub struct Arguments {
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Where both changed the same, keep what the file has
    #[arg(long)]
    ours: bool,
    /// Where both changed the same, take what the server has
    #[arg(long)]
    theirs: bool,
    /// The file was merged by hand and is right as it is
    #[arg(long)]
    merged: bool,
}

pub async fn run(context: &Context, arguments: Arguments) -> Result<Exit> {
    let checkout = context.checkout()?;
    let root = checkout.root();
    let key = context.key(&arguments.file)?;
    let Some(local) = files::read(root, &key)? else { bail!("there is no {} in this checkout", key.file()) };
    let Some(theirs) = files::read_remote(root, &key)? else {
        bail!("{} has no conflict to resolve: there is no {}", key.file(), key.remote_file())
    };
    let client = context.client()?;
    let remote = Remote::read(&client, Of::Published, false).await?;
    let mut bases = Bases::of(&checkout, &remote.workspace.slug)?;
    if !arguments.merged {
        let base = bases.base(&key, remote.get(&key).and_then(|resource| resource.last_applied.as_ref()));
        let base = match base {
            Some(digest) => client.find_content(digest).await?,
            None => None,
        };
        let side = if arguments.ours { Side::Draft } else { Side::Active };
        let settled = settle(base.as_ref(), &local.document, &theirs, side);
        files::write(root, &key.file(), local.with_document(&settled))?;
    }
    // From here on both sides start from what the server had: what was settled is not asked again.
    let digest = canonical::digest_of(&theirs);
    bases.record(&key, digest);
    bases.save(&checkout)?;
    files::remove(root, &key.remote_file())?;
    record(&client, &remote, &key, digest).await?;
    context.printer.json(&json!({"file": key.file(), "type": key.kind, "slug": key.slug, "resolved": true}));
    context.printer.line(format_args!("{} is resolved", key.file()));
    context.printer.note("Commit it together with .fetchcatch/sync-state.json, then: fcc publish");
    Ok(Exit::Done)
}

/// The pull that found the conflict is finished now, unless the server's side has moved on since.
async fn record(client: &Client, remote: &Remote, key: &Key, theirs: Digest) -> Result<()> {
    let Some(resource) = remote.get(key) else { return Ok(()) };
    if resource.digest == theirs || client.get_draft(key.selector()).await?.etag == theirs {
        let resources = vec![PulledResource { kind: key.kind, id: resource.id, digest: theirs }];
        client.record_pull(&RecordPull { as_of_utc: remote.as_of, resources }).await?;
    }
    Ok(())
}
