//! Files brought before the server: what plan, apply and publish have in common.

use std::collections::HashMap;
use std::path::PathBuf;

use anyhow::{Result, bail};
use domain::Digest;
use sdk::{Client, Commit, Of};
use serde::Serialize;
use serde_json::Value;
use wire::problem::Code;
use wire::sync::plan::{SyncItem, SyncPlan, SyncResource, SyncResources};

use crate::bases::Bases;
use crate::checkout::Checkout;
use crate::context::Context;
use crate::exit::Stop;
use crate::files::LocalFile;
use crate::git::Git;
use crate::printer::Printer;
use crate::remote::Remote;

/// What one call takes.
const MAX_RESOURCES: usize = 1000;
/// Bodies that go with a call; larger ones are uploaded one by one before it.
const MAX_INLINE_BYTES: usize = 3584 * 1024;

/// Whether files that git does not have as they are may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dirty {
    /// Nothing is written, so nothing has to be known of its origin.
    DoesNotMatter,
    Refused,
    /// Sent without a commit.
    Allowed,
}

pub struct Prepared {
    pub checkout: Checkout,
    pub client: Client,
    pub files: Vec<LocalFile>,
    pub remote: Remote,
    /// For each file.
    pub bases: Vec<Option<Digest>>,
    pub commit: Option<Commit>,
}

impl Prepared {
    pub async fn open(context: &Context, arguments: &[PathBuf], dirty: Dirty) -> Result<Prepared> {
        let checkout = context.checkout()?;
        let files = checkout.read(arguments)?;
        if files.is_empty() {
            bail!("this checkout has no flows/*.json and no connectors/*.json yet: `fcc pull` brings what the workspace has");
        }
        if files.len() > MAX_RESOURCES {
            bail!("{} files are more than one call takes ({MAX_RESOURCES}): name some of them", files.len());
        }
        let unresolved = checkout.unresolved(files.iter().map(|file| &file.key));
        if let Some(first) = unresolved.first() {
            return Err(Stop::conflict(format!(
                "{} has a conflict that is not resolved: `fcc resolve {} --ours|--theirs|--merged` (the other side is {})",
                first.file(),
                first.file(),
                first.remote_file()
            )));
        }
        let commit = commit(context, &checkout, &files, dirty)?;
        let client = context.client()?.for_commit(commit.as_ref())?;
        let remote = Remote::read(&client, Of::Published, false).await?;
        let mut bases = Bases::of(&checkout, &remote.workspace.slug)?;
        let of_file = |file: &LocalFile| {
            let last_applied = remote.get(&file.key).and_then(|remote| remote.last_applied.as_ref());
            bases.base(&file.key, last_applied)
        };
        let found = files.iter().map(of_file).collect();
        bases.warn(&context.printer);
        Ok(Prepared { checkout, client, files, remote, bases: found, commit })
    }

    /// What an apply of these files would do.
    pub async fn plan(&mut self, printer: &Printer) -> Result<SyncPlan> {
        self.ask(printer, Call::Plan, &HashMap::new()).await
    }

    /// Does what this plan said, or nothing.
    pub async fn apply(&mut self, printer: &Printer, plan: &SyncPlan) -> Result<SyncPlan> {
        let expected = plan.items.iter().enumerate().filter_map(|(nth, item)| Some((nth, item.result_digest?))).collect();
        let applied = self.ask(printer, Call::Apply, &expected).await?;
        if let Err(error) = self.note_applied() {
            printer.warn(format_args!("applied, but not noted down in this checkout: {error:#}"));
        }
        Ok(applied)
    }

    fn note_applied(&self) -> Result<()> {
        let mut state = self.checkout.state()?;
        for file in &self.files {
            state.set(&self.remote.workspace.slug, &file.key, file.digest());
        }
        state.save(self.checkout.root())
    }

    /// Asks with digests alone, and again with the bodies that the server turns out to lack.
    async fn ask(&mut self, printer: &Printer, call: Call, expected: &HashMap<usize, Digest>) -> Result<SyncPlan> {
        let mut resources: Vec<SyncResource> = Vec::new();
        for (nth, file) in self.files.iter().enumerate() {
            let (kind, slug) = (file.key.kind, file.key.slug.clone());
            let expect = expected.get(&nth).copied();
            resources.push(SyncResource {
                kind,
                slug,
                name: None,
                base_digest: self.bases[nth],
                digest: file.digest(),
                body: None,
                expect,
            });
        }
        let mut request = SyncResources { resources };
        // Once for bodies that lack, once for bases that do.
        for _ in 0..3 {
            let error = match call {
                Call::Plan => self.client.plan(&request).await,
                Call::Apply => self.client.apply(&request).await,
            };
            let error = match error {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            match error.code() {
                Some(Code::UnknownContent) => self.hand_over(printer, &mut request, &digests(&error)).await?,
                Some(Code::UnknownBase) => self.forget_bases(printer, &mut request, &digests(&error)),
                _ => return Err(error.into()),
            }
        }
        bail!("the server keeps asking for contents that it was given: try again")
    }

    async fn hand_over(&self, printer: &Printer, request: &mut SyncResources, lacking: &[Digest]) -> Result<()> {
        let mut inline = 0;
        let mut progress = printer.progress("uploading", lacking.len());
        for (file, resource) in self.files.iter().zip(&mut request.resources) {
            if !lacking.contains(&file.digest()) {
                continue;
            }
            inline += file.canonical.bytes.len();
            if inline <= MAX_INLINE_BYTES {
                resource.body = Some(file.document.clone());
            } else {
                self.client.put_content(&file.canonical).await?;
            }
            progress.step();
        }
        Ok(())
    }

    /// A base that the workspace has forgotten is as good as none.
    fn forget_bases(&mut self, printer: &Printer, request: &mut SyncResources, unknown: &[Digest]) {
        for (nth, resource) in request.resources.iter_mut().enumerate() {
            if resource.base_digest.is_some_and(|base| unknown.contains(&base)) {
                printer.warn(format_args!("{} was last in step with a state that the workspace no longer has", self.files[nth].key.file()));
                resource.base_digest = None;
                self.bases[nth] = None;
            }
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Call {
    Plan,
    Apply,
}

/// The commit to send. Files that it does not hold as they are have none.
fn commit(context: &Context, checkout: &Checkout, files: &[LocalFile], dirty: Dirty) -> Result<Option<Commit>> {
    if dirty == Dirty::Allowed {
        return Ok(None);
    }
    if let (Dirty::Refused, None) = (dirty, &checkout.git)
        && let Some(reason) = Git::refusal(&checkout.root)
    {
        bail!("git can't tell whether the files are committed: {reason}. Mend that, or send them without a commit (--allow-dirty)");
    }
    if let (Dirty::Refused, Some(git)) = (dirty, &checkout.git) {
        let names: Vec<String> = files.iter().map(|file| file.key.file()).collect();
        let uncommitted = git.uncommitted(&names)?;
        if !uncommitted.is_empty() {
            bail!("not committed: {}. Commit first, or send it without a commit (--allow-dirty)", uncommitted.join(", "));
        }
    }
    let commit = checkout.commit(&context.settings);
    if commit.is_none() && dirty == Dirty::Refused {
        context.printer.warn("this is no git checkout: no commit will be recorded");
    }
    Ok(commit)
}

fn digests(error: &sdk::Error) -> Vec<Digest> {
    let listed = error.fact("digests").and_then(Value::as_array);
    listed.into_iter().flatten().filter_map(|digest| digest.as_str()?.parse().ok()).collect()
}

/// An item as `--json` has it: the API's, with its file.
#[derive(Serialize)]
pub struct Item<'a> {
    file: String,
    #[serde(flatten)]
    item: &'a SyncItem,
}

pub fn items<'a>(files: &[LocalFile], plan: &'a SyncPlan) -> Vec<Item<'a>> {
    files.iter().zip(&plan.items).map(|(file, item)| Item { file: file.key.file(), item }).collect()
}
