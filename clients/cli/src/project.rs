//! `.fetchcatch/project.json`: where a checkout belongs to.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use crate::files;

pub const FILE: &str = ".fetchcatch/project.json";
pub const DEFAULT_TARGET: &str = "default";

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Project {
    pub url: String,
    /// What a target is called here, and the workspace (slug or id) behind it.
    #[serde(default)]
    pub targets: BTreeMap<String, String>,
}

/// A project, and where its checkout begins.
#[derive(Debug, Clone)]
pub struct Located {
    pub root: PathBuf,
    pub project: Project,
}

/// The project that this folder is in; `None` outside one.
pub fn find(from: &Path) -> Result<Option<Located>> {
    for folder in from.ancestors() {
        let path = folder.join(FILE);
        if path.is_file() {
            let project = read(&path)?;
            return Ok(Some(Located { root: folder.to_owned(), project }));
        }
    }
    Ok(None)
}

pub fn read(path: &Path) -> Result<Project> {
    let text = std::fs::read_to_string(path).with_context(|| format!("{} can't be read", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is not {{\"url\": ..., \"targets\": {{NAME: WORKSPACE}}}}", path.display()))
}

pub fn write(root: &Path, project: &Project) -> Result<()> {
    let text = serde_json::to_string_pretty(project)? + "\n";
    files::write(root, FILE, text)
}
