//! What git knows of a checkout, asked of `git` itself.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;

use anyhow::{Context as _, Result, bail};

/// Where a commit stands to HEAD.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ancestry {
    /// It is HEAD or came before it.
    Ancestor,
    Stranger,
    /// This clone does not have it.
    Unknown,
}

/// Further back nobody looks.
const MOST_COMMITS: &str = "--max-count=200";

pub struct Git {
    root: PathBuf,
    ancestry: Mutex<HashMap<String, Ancestry>>,
}

impl Git {
    /// `None` where the folder is in no work tree, or there is no git.
    pub fn open(root: &Path) -> Option<Git> {
        let git = Git { root: root.to_owned(), ancestry: Mutex::default() };
        (git.text(&["rev-parse", "--is-inside-work-tree"])? == "true").then_some(git)
    }

    /// Why git says nothing of a folder that is in a work tree: it is not installed, or the work tree is somebody else's. `None` where
    /// there is no work tree.
    pub fn refusal(root: &Path) -> Option<String> {
        root.ancestors().find(|folder| folder.join(".git").exists())?;
        let git = Git { root: root.to_owned(), ancestry: Mutex::default() };
        match git.run(&["rev-parse", "--is-inside-work-tree"]) {
            Ok(output) if output.status.success() => None,
            Ok(output) => Some(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
            Err(error) => Some(format!("{error:#}")),
        }
    }

    /// `None` before the first commit.
    pub fn head(&self) -> Option<String> {
        self.text(&["rev-parse", "--verify", "--quiet", "HEAD^{commit}"])
    }

    /// `None` when HEAD is detached.
    pub fn branch(&self) -> Option<String> {
        self.text(&["symbolic-ref", "--quiet", "--short", "HEAD"])
    }

    pub fn ancestry(&self, commit: &str) -> Ancestry {
        let mut known = self.ancestry.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *known.entry(commit.to_owned()).or_insert_with(|| {
            if !commit.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                return Ancestry::Unknown;
            }
            match self.run(&["merge-base", "--is-ancestor", commit, "HEAD"]).ok().and_then(|output| output.status.code()) {
                Some(0) => Ancestry::Ancestor,
                Some(1) => Ancestry::Stranger,
                _ => Ancestry::Unknown,
            }
        })
    }

    pub fn is_shallow(&self) -> bool {
        self.text(&["rev-parse", "--is-shallow-repository"]).as_deref() == Some("true")
    }

    /// Those of these files that HEAD does not have as they are.
    pub fn uncommitted(&self, files: &[String]) -> Result<Vec<String>> {
        if files.is_empty() {
            return Ok(Vec::new());
        }
        let mut arguments = vec!["status", "--porcelain", "-z", "--untracked-files=all", "--ignored=matching", "--no-renames", "--"];
        arguments.extend(files.iter().map(String::as_str));
        let output = self.run(&arguments)?;
        if !output.status.success() {
            bail!("git status failed: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        let text = String::from_utf8_lossy(&output.stdout);
        let changed = text.split('\0').filter_map(|line| line.get(3..)).map(str::to_owned);
        Ok(changed.collect())
    }

    /// The commits up to this one that changed a file, newest first.
    pub fn commits_of(&self, file: &str, up_to: &str) -> Vec<String> {
        self.commits(&[up_to, "--", file])
    }

    /// The commits after this one, on a way from it to HEAD, that changed a file; each with its parents.
    pub fn commits_since(&self, commit: &str, file: &str) -> Vec<Vec<String>> {
        let lines = self.commits(&["--parents", "--ancestry-path", &format!("{commit}..HEAD"), "--", file]);
        lines.iter().map(|line| line.split(' ').map(str::to_owned).collect()).collect()
    }

    fn commits(&self, of: &[&str]) -> Vec<String> {
        let mut arguments = vec!["rev-list", MOST_COMMITS];
        arguments.extend(of);
        self.text(&arguments).map(|text| text.lines().map(str::to_owned).collect()).unwrap_or_default()
    }

    /// A file of the checkout as a commit has it.
    pub fn show(&self, commit: &str, file: &str) -> Option<String> {
        self.text(&["show", &format!("{commit}:./{file}")])
    }

    pub fn configure(&self, name: &str, value: &str) -> Result<()> {
        let output = self.run(&["config", "--local", name, value])?;
        if !output.status.success() {
            bail!("git config {name} failed: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(())
    }

    /// What the text of three files merges to, with markers where it doesn't; it replaces the second one. Answers whether it has none.
    pub fn merge_text(ours: &Path, base: &Path, theirs: &Path) -> Result<bool> {
        let output = Command::new("git").arg("merge-file").args([ours, base, theirs]).output().context("git can't be run")?;
        // Below 128 it is the number of conflicts.
        match output.status.code() {
            Some(conflicts @ 0..=127) => Ok(conflicts == 0),
            _ => bail!("git merge-file failed: {}", String::from_utf8_lossy(&output.stderr).trim()),
        }
    }

    fn text(&self, arguments: &[&str]) -> Option<String> {
        let output = self.run(arguments).ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    fn run(&self, arguments: &[&str]) -> Result<Output> {
        Command::new("git").arg("-C").arg(&self.root).args(arguments).output().context("git can't be run")
    }
}
