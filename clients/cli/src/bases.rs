//! What a file and the server both started from.

use anyhow::Result;
use domain::Digest;
use wire::sync::export::LastApplied;

use crate::checkout::Checkout;
use crate::files::Key;
use crate::git::{Ancestry, Git};
use crate::printer::Printer;
use crate::state::{self, State};

pub struct Bases<'a> {
    git: Option<&'a Git>,
    state: State,
    workspace: String,
    /// A commit that the last apply came from, and that this shallow clone lacks.
    missing: Option<String>,
}

impl<'a> Bases<'a> {
    pub fn of(checkout: &'a Checkout, workspace: &str) -> Result<Self> {
        Ok(Bases { git: checkout.git.as_ref(), state: checkout.state()?, workspace: workspace.to_owned(), missing: None })
    }

    /// What was applied last, when its commit is HEAD or came before it; else what sync-state says; else nothing.
    ///
    /// A line of sync-state that was written after that commit is newer than that apply: a pull took something in, and whoever
    /// resolved a conflict then must not be asked again.
    pub fn base(&mut self, key: &Key, last_applied: Option<&LastApplied>) -> Option<Digest> {
        let recorded = self.state.get(&self.workspace, key);
        let (Some(applied), Some(git)) = (last_applied, self.git) else { return recorded };
        match git.ancestry(&applied.git_commit_sha) {
            Ancestry::Ancestor => {
                let then = git.show(&applied.git_commit_sha, state::FILE).as_deref().and_then(State::parse);
                let then = then.and_then(|then| then.get(&self.workspace, key));
                if recorded.is_some() && recorded != then { recorded } else { Some(applied.digest) }
            }
            Ancestry::Stranger => recorded,
            Ancestry::Unknown => {
                if git.is_shallow() {
                    self.missing.get_or_insert_with(|| applied.git_commit_sha.clone());
                }
                recorded
            }
        }
    }

    pub fn record(&mut self, key: &Key, digest: Digest) {
        self.state.set(&self.workspace, key, digest);
    }

    pub fn save(&self, checkout: &Checkout) -> Result<()> {
        self.state.save(checkout.root())
    }

    /// Says what a shallow clone could not know.
    pub fn warn(&self, printer: &Printer) {
        if let Some(commit) = &self.missing {
            let short = commit.get(..12).unwrap_or(commit);
            printer.warn(format_args!(
                "this clone is shallow and lacks {short}, which was applied last: what is based on it may look like a conflict. \
                 Check out the whole history (actions/checkout with `fetch-depth: 0`)"
            ));
        }
    }
}
