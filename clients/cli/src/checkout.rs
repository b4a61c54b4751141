//! A folder with a project: its files, its git, and what it was last in step with.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use sdk::Commit;

use crate::files::{self, Key, LocalFile};
use crate::git::Git;
use crate::project::Located;
use crate::settings::Settings;
use crate::state::State;

pub struct Checkout {
    pub root: PathBuf,
    pub git: Option<Git>,
}

impl Checkout {
    pub fn open(located: Located) -> Self {
        Checkout { git: Git::open(&located.root), root: located.root }
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    pub fn state(&self) -> Result<State> {
        State::load(&self.root)
    }

    /// The named files, all of them without a name. One that isn't there is an error.
    pub fn read(&self, arguments: &[PathBuf]) -> Result<Vec<LocalFile>> {
        let mut read = Vec::new();
        for key in files::named(&self.root, arguments)? {
            match files::read(&self.root, &key)? {
                Some(file) => read.push(file),
                None => bail!("there is no {} in this checkout", key.file()),
            }
        }
        Ok(read)
    }

    /// What the environment calls the commit, else HEAD.
    pub fn commit(&self, settings: &Settings) -> Option<Commit> {
        let sha = settings.commit.clone().or_else(|| self.git.as_ref()?.head())?;
        let branch = settings.branch.clone().or_else(|| self.git.as_ref()?.branch());
        Some(Commit { sha, branch })
    }

    /// Conflicts that a pull left and nobody has resolved.
    pub fn unresolved<'a>(&self, keys: impl IntoIterator<Item = &'a Key>) -> Vec<Key> {
        keys.into_iter().filter(|key| self.root.join(key.remote_file()).is_file()).cloned().collect()
    }
}
