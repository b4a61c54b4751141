//! What a file and the server both started from.

use anyhow::Result;
use domain::Digest;
use wire::sync::export::LastApplied;

use crate::checkout::Checkout;
use crate::files::{self, Key};
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
    /// A line of sync-state that a pull wrote after that apply is newer: it took something in, and whoever resolved a conflict then must
    /// not be asked again.
    pub fn base(&mut self, key: &Key, last_applied: Option<&LastApplied>) -> Option<Digest> {
        let recorded = self.state.get(&self.workspace, key);
        let (Some(applied), Some(git)) = (last_applied, self.git) else { return recorded };
        match git.ancestry(&applied.git_commit_sha) {
            Ancestry::Ancestor => {
                let is_newer = |line: &Digest| *line != applied.digest && self.was_pulled_since(git, &applied.git_commit_sha, key, *line);
                recorded.filter(is_newer).or(Some(applied.digest))
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

    /// Whether this line came about after that commit, and not from an apply. An apply's own line is committed one commit late at best,
    /// and may come with a revert, or with a branch that knew of less: what the file itself was up to then is nothing that a pull brought.
    fn was_pulled_since(&self, git: &Git, commit: &str, key: &Key, line: Digest) -> bool {
        let line_at = |commit: &str| {
            let state = git.show(commit, state::FILE).as_deref().and_then(State::parse);
            state.and_then(|state| state.get(&self.workspace, key))
        };
        if git.is_shallow() || line_at(commit) == Some(line) {
            return false;
        }
        let file = key.file();
        let was_the_file = |commit: &String| {
            let then = git.show(commit, &file).and_then(|text| files::parse(key, text).ok());
            then.is_some_and(|then| then.digest() == line)
        };
        if git.commits_of(&file, commit).iter().any(was_the_file) {
            return false;
        }
        let brought_it = |commits: &Vec<String>| {
            commits.split_first().is_some_and(|(commit, parents)| {
                line_at(commit) == Some(line) && parents.iter().all(|parent| line_at(parent) != Some(line))
            })
        };
        line_at("HEAD") != Some(line) || git.commits_since(commit, state::FILE).iter().any(brought_it)
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
