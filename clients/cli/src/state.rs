//! `.fetchcatch/sync-state.json`: what each resource of a checkout was last in step with. Committed, a line a resource.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Result, anyhow};
use domain::Digest;

use crate::files::{self, Key};

pub const FILE: &str = ".fetchcatch/sync-state.json";

/// By workspace, then by resource: the local digest after an apply, the remote one after a pull.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State(BTreeMap<String, BTreeMap<String, Digest>>);

impl State {
    pub fn load(root: &Path) -> Result<State> {
        match std::fs::read_to_string(root.join(FILE)) {
            Ok(text) => {
                State::parse(&text).ok_or_else(|| anyhow!("{FILE} is damaged: restore it from git, or remove it and run `fcc pull`"))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(State::default()),
            Err(error) => Err(anyhow!("{FILE} can't be read: {error}")),
        }
    }

    pub fn parse(text: &str) -> Option<State> {
        serde_json::from_str(text).ok().map(State)
    }

    pub fn get(&self, workspace: &str, key: &Key) -> Option<Digest> {
        self.0.get(workspace)?.get(&key.to_string()).copied()
    }

    pub fn set(&mut self, workspace: &str, key: &Key, digest: Digest) {
        self.0.entry(workspace.to_owned()).or_default().insert(key.to_string(), digest);
    }

    pub fn save(&self, root: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(&self.0)? + "\n";
        // What is unchanged isn't touched: a read-only checkout may still be asked.
        if std::fs::read_to_string(root.join(FILE)).is_ok_and(|old| old == text) {
            return Ok(());
        }
        files::write(root, FILE, text)
    }
}
