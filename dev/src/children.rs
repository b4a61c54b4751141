//! Child processes that outlive a killed parent, and are found again by the next one.
//!
//! Each child is written down in its home, with its pid and start time, before it begins its work. A parent that is told to
//! stop ends its children; one that is killed can't, so the next adopts what still works and ends the rest.

mod spawn;

use std::{
    fs,
    io::PipeReader,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

pub use self::spawn::{Inherit, Output, Spec, spawn};
use crate::{
    home::Home,
    process::{Identity, Signal},
};

/// How often a process that isn't ours to `wait` for is looked at.
const LOOK: Duration = Duration::from_millis(10);
/// How long a child may take to end before the kernel ends it. A Postgres writes its last checkpoint in this time.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is written down of a child.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Its name in the home.
    pub name: String,
    /// The process.
    #[serde(flatten)]
    pub identity: Identity,
    /// The port it serves on.
    pub port: Option<u16>,
    /// How it is asked to end.
    pub stop: Signal,
}

/// A running child. Dropping it ends it: [`Child::stop`] does the same without blocking the thread, and tells what went wrong.
#[derive(Debug)]
pub struct Child {
    record: Record,
    file: PathBuf,
    /// Only what this process started can be waited for; an adopted child is looked at instead.
    process: Option<std::process::Child>,
    output: Option<PipeReader>,
    patience: Duration,
    stopped: bool,
}

/// The child of this name that an earlier parent left behind, if it runs. It is ours from here on: drop it to end it.
///
/// # Errors
/// When the home can't be read.
pub fn recorded(home: &Home, name: &str) -> Result<Option<Child>> {
    read_record(&record_file(home.dir(), name))
}

/// Take charge of a process that no record knows but that is certainly ours, to end it.
#[must_use]
pub(crate) fn take_over(home: &Home, name: &str, identity: Identity, stop: Signal) -> Child {
    let record = Record { name: name.to_owned(), identity, port: None, stop };
    Child { record, file: record_file(home.dir(), name), process: None, output: None, patience: PATIENCE, stopped: false }
}

/// End every child that is written down in a stack's folder, the newest first. Blocks until they have ended.
///
/// # Errors
/// When the folder can't be read.
pub fn end_recorded(dir: &Path) -> Result<()> {
    let Ok(entries) = fs::read_dir(records(dir)) else { return Ok(()) };
    let mut files: Vec<_> = entries.collect::<Result<Vec<_>, _>>()?.into_iter().map(|entry| entry.path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort_by_key(|file| std::cmp::Reverse(file.metadata().and_then(|file| file.modified()).ok()));
    files.iter().try_for_each(|file| read_record(file).map(drop))
}

fn read_record(file: &Path) -> Result<Option<Child>> {
    let Ok(text) = fs::read(file) else { return Ok(None) };
    let record: Record = serde_json::from_slice(&text).with_context(|| format!("{} is no record of a child: remove it", file.display()))?;
    if !record.identity.is_running() {
        fs::remove_file(file)?;
        return Ok(None);
    }
    Ok(Some(Child { record, file: file.to_owned(), process: None, output: None, patience: PATIENCE, stopped: false }))
}

impl Child {
    /// What is written down of it.
    #[must_use]
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// What it prints, once, if it was started with [`Output::Piped`].
    pub fn take_output(&mut self) -> Option<PipeReader> {
        self.output.take()
    }

    /// Give it this long to end by itself when asked to, instead of a minute.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Whether it still runs.
    pub fn is_running(&mut self) -> bool {
        match &mut self.process {
            // Asking reaps it, so that its number is free again.
            Some(process) => matches!(process.try_wait(), Ok(None)),
            None => self.record.identity.is_running(),
        }
    }

    /// Wait until it ends by itself. Its exit status is known only of a child that this process started.
    pub async fn wait(&mut self) -> Option<std::process::ExitStatus> {
        while self.is_running() {
            tokio::time::sleep(LOOK).await;
        }
        self.process.as_mut()?.try_wait().ok().flatten()
    }

    /// Ask it to end, wait until it has, and forget it.
    ///
    /// # Errors
    /// When it can't be signalled, or is still there after the kernel was told to end it.
    pub async fn stop(mut self) -> Result<()> {
        self.ask(self.record.stop)?;
        if tokio::time::timeout(self.patience, self.wait()).await.is_err() {
            self.ask(Signal::Kill)?;
            let gone = tokio::time::timeout(self.patience, self.wait()).await;
            gone.with_context(|| format!("{} (process {}) doesn't end", self.record.name, self.record.identity.pid))?;
        }
        self.forget();
        Ok(())
    }

    /// A Postgres ends its own processes, in order, and must be asked alone; others take what they started with them.
    fn ask(&self, signal: Signal) -> Result<()> {
        match signal {
            Signal::Interrupt => self.record.identity.signal(signal),
            Signal::Terminate | Signal::Kill => self.record.identity.signal_group(signal),
        }
    }

    fn forget(&mut self) {
        self.stopped = true;
        let _ = fs::remove_file(&self.file);
    }
}

impl Drop for Child {
    /// The way out of errors, panics and cancelled futures: blocks until the child has ended.
    fn drop(&mut self) {
        if self.stopped {
            return;
        }
        for signal in [self.record.stop, Signal::Kill] {
            let deadline = Instant::now() + self.patience;
            if let Err(error) = self.ask(signal) {
                tracing::warn!("{error:#}");
            }
            while self.is_running() && Instant::now() < deadline {
                std::thread::sleep(LOOK);
            }
            if !self.is_running() {
                return self.forget();
            }
        }
    }
}

/// The end of a log, for an error's message.
#[must_use]
pub fn log_tail(path: &Path) -> String {
    let text = fs::read(path).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(15)..].join("\n")
}

/// Fail with what a child wrote before it ended.
///
/// # Errors
/// Always; it is what the caller returns.
pub fn ended_early<T>(what: &str, log: &Path) -> Result<T> {
    bail!("{what} ended instead of starting; the end of {}:\n{}", log.display(), log_tail(log))
}

fn records(dir: &Path) -> PathBuf {
    dir.join("children")
}

fn record_file(dir: &Path, name: &str) -> PathBuf {
    records(dir).join(format!("{name}.json"))
}
