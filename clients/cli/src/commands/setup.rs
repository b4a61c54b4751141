use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail};
use domain::identity::{GovernanceMode, ResourceType, Surface};
use domain::{canonical, connector, flow, merge_patch};
use sdk::{Client, Draft, Which};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use wire::sync::plan::{SyncChange, SyncItem};

use super::publish::{exactly, show};
use crate::confirm::confirm;
use crate::context::Context;
use crate::exit::{Exit, Stop};
use crate::files::{Key, TESTS};
use crate::printer::{Printer, Style};

/// Set up connectors and flows from a setup file: drafts, unless told to publish
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: fcc setup setup.json --publish\n\nA setup file is {\"connectors\": [{\"slug\", \"name\"?, \"config\"}], \"flows\": [{\"slug\", \"name\"?, \"graph\"}]}. Configs are merge patches\n(RFC 7396) onto the draft, missing resources are created. Of a DIR every *.json is one."
)]
pub struct Arguments {
    #[arg(value_name = "FILE|DIR")]
    path: PathBuf,
    /// Also publish what was written, all of it or nothing
    #[arg(long)]
    publish: bool,
    /// A note that stays with the versions
    #[arg(short = 'm', long = "note", value_name = "NOTE", requires = "publish")]
    note: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Setup {
    #[serde(default)]
    connectors: Vec<SetupConnector>,
    #[serde(default)]
    flows: Vec<SetupFlow>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SetupConnector {
    slug: String,
    name: Option<String>,
    config: Value,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SetupFlow {
    slug: String,
    name: Option<String>,
    graph: Value,
}

/// One resource of the setup, before its first write.
struct Step {
    key: Key,
    name: String,
    /// A patch of a connector, the graph of a flow.
    document: Value,
    /// `None`: to be made.
    draft: Option<Draft>,
}

#[derive(Serialize)]
struct Done {
    #[serde(rename = "type")]
    kind: ResourceType,
    slug: String,
    change: SyncChange,
    #[serde(rename = "baseVersion")]
    base_version: i32,
    #[serde(rename = "draftEtag")]
    draft_etag: domain::Digest,
}

/// Everything is looked at before the first write.
pub async fn run(context: &Context, arguments: Arguments) -> Result<Exit> {
    let printer = &context.printer;
    let client = context.client()?;
    let mut steps = read(&arguments.path)?;
    if arguments.publish {
        ask_governance(&client).await?;
    }
    for step in &mut steps {
        if let Some(resource) = client.find_resource(step.key.selector()).await? {
            let draft = client.get_draft(step.key.selector()).await?;
            if arguments.publish && resource.archived {
                bail!("{} is archived and can't be published: fcc unarchive {}. Nothing was written", step.key, step.key.slug);
            }
            if arguments.publish && draft.has_unpublished_changes && !is_ours(&client, step, &draft).await? {
                let by = draft.updated_by.as_deref().map(|by| format!(" by {by}")).unwrap_or_default();
                let key = &step.key;
                return Err(Stop::conflict(format!(
                    "the draft of {key} has unpublished changes{by}: publish or reset them first. Nothing was written"
                )));
            }
            step.draft = Some(draft);
        }
    }
    if arguments.publish {
        confirm(context, &format!("Write and publish {} resources?", steps.len()))?;
    }
    let mut done = Vec::new();
    let mut progress = printer.progress("writing", steps.len());
    for step in &steps {
        match write(&client, step).await {
            Ok(written) => {
                done.push(written);
                progress.step();
            }
            Err(error) => {
                drop(progress);
                tell(printer, &done);
                return Err(error.context(format!("{}{}", step.key, left_as(&done))));
            }
        }
    }
    drop(progress);
    tell(printer, &done);
    let mut published = None;
    if arguments.publish && !done.is_empty() {
        let items: Vec<SyncItem> = done.iter().map(item).collect();
        published = Some(client.publish_many(&exactly(&items.iter().collect::<Vec<_>>(), arguments.note)).await?);
    }
    printer.json(&json!({"items": done, "published": published.as_ref().map_or(&[][..], |published| &published.items)}));
    match &published {
        Some(published) => show(printer, published, None),
        None => printer.note("Drafts only: `fcc setup ... --publish` publishes them too."),
    }
    Ok(Exit::Done)
}

fn read(path: &Path) -> Result<Vec<Step>> {
    let mut paths = vec![path.to_owned()];
    if path.is_dir() {
        let entries = std::fs::read_dir(path)?.collect::<std::io::Result<Vec<_>>>()?;
        paths = entries.iter().map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|end| end == "json")).collect();
        paths.sort();
    }
    let mut steps: Vec<Step> = Vec::new();
    for path in paths {
        for step in read_one(&path)? {
            if steps.iter().any(|other| other.key == step.key) {
                bail!("{} is set up twice, the second time in {}", step.key, path.display());
            }
            steps.push(step);
        }
    }
    if steps.is_empty() {
        bail!("{} sets up nothing", path.display());
    }
    Ok(steps)
}

fn read_one(path: &Path) -> Result<Vec<Step>> {
    let shown = path.display();
    let bytes = std::fs::read(path).with_context(|| format!("{shown} can't be read"))?;
    let document = canonical::parse(&bytes).map_err(|error| anyhow!("{shown}: {error}"))?;
    let Setup { connectors, flows } = Setup::deserialize(document).with_context(|| format!("{shown} is no setup file"))?;
    let connectors = connectors.into_iter().map(|one| step(ResourceType::Connector, one.slug, one.name, one.config));
    let flows = flows.into_iter().map(|mut one| {
        if let Some(members) = one.graph.as_object_mut() {
            members.remove(TESTS);
        }
        step(ResourceType::Flow, one.slug, one.name, one.graph)
    });
    connectors.chain(flows).collect::<Result<_>>().with_context(|| shown.to_string())
}

fn step(kind: ResourceType, slug: String, name: Option<String>, document: Value) -> Result<Step> {
    Ok(Step { key: Key::new(kind, &slug)?, name: name.unwrap_or(slug), document, draft: None })
}

async fn ask_governance(client: &Client) -> Result<()> {
    let Some(workspace) = client.me().await?.workspace else { bail!("this token spans several workspaces: say which with --workspace") };
    let mode: GovernanceMode = workspace.governance_mode.parse()?;
    if !mode.lets_publish(Surface::Cli) {
        bail!(
            "This workspace is set to {mode}. Publishing from the CLI is disabled. Set up drafts without --publish, and publish them in the console. Nothing was written"
        );
    }
    Ok(())
}

fn wanted(step: &Step, on: Value) -> Value {
    match step.key.kind {
        ResourceType::Connector => merge_patch::apply(on, &step.document),
        ResourceType::Flow => step.document.clone(),
    }
}

/// Whether the unpublished changes are what an earlier run of this very setup left: then it goes on.
async fn is_ours(client: &Client, step: &Step, draft: &Draft) -> Result<bool> {
    let published = match (draft.published_version, step.key.kind) {
        (0, ResourceType::Connector) => connector::empty(),
        (0, ResourceType::Flow) => flow::empty(),
        (version, _) => client.get_version(step.key.selector(), Which::Version(version), None).await?.document,
    };
    Ok(canonical::digest_of(&wanted(step, published)) == draft.etag)
}

async fn write(client: &Client, step: &Step) -> Result<Done> {
    let what = step.key.selector();
    let (draft, etag, is_new) = match &step.draft {
        Some(draft) => (draft.clone(), Some(draft.etag), false),
        None => {
            client.create_resource(step.key.kind, &step.key.slug, &step.name, None).await?;
            (client.get_draft(what).await?, None, true)
        }
    };
    let is_written = canonical::digest_of(&wanted(step, draft.document.clone())) == draft.etag;
    let after = match step.key.kind {
        _ if is_written => draft,
        ResourceType::Connector => client.patch_connector_draft(&step.key.slug, &step.document, etag).await?,
        ResourceType::Flow => client.put_draft(what, &step.document, etag).await?,
    };
    let change = match (is_new, is_written) {
        (true, _) => SyncChange::Created,
        (false, true) => SyncChange::Unchanged,
        (false, false) => SyncChange::Updated,
    };
    let (kind, slug) = (step.key.kind, step.key.slug.clone());
    Ok(Done { kind, slug, change, base_version: after.base_version, draft_etag: after.etag })
}

/// What an error in the midst of it leaves.
fn left_as(done: &[Done]) -> String {
    match done.iter().filter(|one| one.change != SyncChange::Unchanged).count() {
        0 => " (before it, nothing was written)".to_owned(),
        count => format!(" (before it, {count} drafts were written, and none was published; a run of the mended file goes on from there)"),
    }
}

fn item(done: &Done) -> SyncItem {
    SyncItem {
        kind: done.kind,
        id: None,
        slug: done.slug.clone(),
        change: done.change,
        result_digest: Some(done.draft_etag),
        base_version: done.base_version,
        draft_etag: Some(done.draft_etag),
        conflicts: Vec::new(),
        conflict_with: None,
        blocked_by: Vec::new(),
    }
}

fn tell(printer: &Printer, done: &[Done]) {
    for one in done {
        let key = Key { kind: one.kind, slug: one.slug.clone() };
        let (mark, style, word) = match one.change {
            SyncChange::Created => ("+", Style::Green, "created"),
            SyncChange::Unchanged => (" ", Style::Dim, "unchanged"),
            _ => ("~", Style::Yellow, "updated"),
        };
        printer.line(format_args!("{} {key}  {word}", printer.paint(mark, style)));
    }
}
