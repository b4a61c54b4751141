//! Child processes that outlive a killed parent, and are found again by the next one.
//!
//! Each child is written down in its home, with its pid and start time, before it begins its work. A parent that is told to
//! stop ends its children; one that is killed can't, so the next adopts what still works and ends the rest.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{PipeReader, Write as _},
    os::unix::{fs::OpenOptionsExt as _, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::{
    account::Account,
    home::{Home, write_private},
    process::{Identity, Signal},
};

/// How often a process that isn't ours to `wait` for is looked at.
const LOOK: Duration = Duration::from_millis(10);
/// How long a child may take to end before the kernel ends it. A Postgres writes its last checkpoint in this time.
const PATIENCE: Duration = Duration::from_secs(60);

/// What to start.
#[derive(Debug)]
pub struct Spec<'a> {
    /// Its name in the home: one child of a name at a time.
    pub name: &'a str,
    /// The program, by its path or as found on `PATH`.
    pub program: OsString,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// What it finds of our own environment.
    pub inherit: Inherit,
    /// Variables set on top.
    pub env: Vec<(OsString, OsString)>,
    /// Where it runs.
    pub dir: &'a Path,
    /// Whom it runs as, if not as us.
    pub account: Option<Account>,
    /// The port it was told to serve on.
    pub port: Option<u16>,
    /// How it is asked to end.
    pub stop: Signal,
    /// Where its output goes.
    pub output: Output,
}

/// What a child finds of our own environment.
#[derive(Debug)]
pub enum Inherit {
    /// Nothing.
    Nothing,
    /// All of it, without some variables.
    AllBut(Vec<OsString>),
}

/// Where a child's output goes.
#[derive(Debug)]
pub enum Output {
    /// Both streams are appended to a file.
    Log(PathBuf),
    /// Both streams come to us, in the order of writing ([`Child::take_output`]).
    Piped,
}

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
    stopped: bool,
}

/// Start a child, written down before its program runs.
///
/// # Errors
/// When it can't be started or written down. A program that is missing ends the child with status 127, and its output says so.
pub fn spawn(home: &Home, spec: Spec<'_>) -> Result<Child> {
    let file = record_file(home.dir(), spec.name);
    fs::create_dir_all(records(home.dir()))?;
    // The shell waits for a line before it becomes the program: were we killed before the child is written down, it reads an
    // end of file and exits, so nothing ever runs that no record knows. Its pid and start time stay the program's.
    let mut command = Command::new("/bin/sh");
    command.args(["-c", "read -r go && exec \"$@\" </dev/null", "sh"]).arg(&spec.program).args(&spec.args);
    match &spec.inherit {
        Inherit::Nothing => {
            command.env_clear();
        }
        Inherit::AllBut(names) => {
            for name in names {
                command.env_remove(name);
            }
        }
    }
    command.envs(spec.env).current_dir(spec.dir).stdin(Stdio::piped());
    let mut output = None;
    match &spec.output {
        Output::Log(path) => {
            let log = open_log(path)?;
            command.stdout(log.try_clone()?).stderr(log);
        }
        Output::Piped => {
            let (reader, writer) = std::io::pipe()?;
            command.stdout(writer.try_clone()?).stderr(writer);
            output = Some(reader);
        }
    }
    // A group of its own: Ctrl-C at a terminal reaches us alone, and we end the children in order.
    command.process_group(0);
    if let Some(account) = spec.account {
        account.apply(&mut command);
    }
    let mut process = command.spawn().with_context(|| format!("can't start {}", spec.name))?;
    // It holds the writing ends of the pipe, which ends for the reader when nobody does.
    drop(command);
    let started = Identity::of(process.id()).with_context(|| format!("{} ended before it began", spec.name));
    let gate = process.stdin.take();
    let identity = match started {
        Ok(identity) => identity,
        Err(error) => {
            drop(gate);
            process.wait()?;
            return Err(error);
        }
    };
    let record = Record { name: spec.name.to_owned(), identity, port: spec.port, stop: spec.stop };
    let child = Child { record, file, process: Some(process), output, stopped: false };
    write_private(&child.file, &serde_json::to_vec(&child.record)?)?;
    gate.context("a child without its input")?.write_all(b"go\n").with_context(|| format!("{} ended before it began", spec.name))?;
    Ok(child)
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
    Child { record, file: record_file(home.dir(), name), process: None, output: None, stopped: false }
}

/// End every child that is written down in a stack's folder, the newest first.
///
/// # Errors
/// When the folder can't be read or a child doesn't end.
pub async fn end_recorded(dir: &Path) -> Result<()> {
    let Ok(entries) = fs::read_dir(records(dir)) else { return Ok(()) };
    let mut files: Vec<_> = entries.collect::<Result<Vec<_>, _>>()?.into_iter().map(|entry| entry.path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort_by_key(|file| std::cmp::Reverse(file.metadata().and_then(|file| file.modified()).ok()));
    for file in files {
        if let Some(child) = read_record(&file)? {
            child.stop().await?;
        }
    }
    Ok(())
}

/// End every child of every stack whose folder is in this one, at any depth, and of this one itself last.
///
/// # Errors
/// As [`end_recorded`].
pub async fn end_recorded_below(dir: &Path) -> Result<()> {
    let mut folders = vec![dir.to_owned()];
    let mut next = 0;
    while let Some(folder) = folders.get(next).cloned() {
        next += 1;
        let inside = fs::read_dir(&folder).into_iter().flatten().flatten();
        folders.extend(inside.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())).map(|entry| entry.path()));
    }
    for folder in folders.iter().rev() {
        end_recorded(folder).await?;
    }
    Ok(())
}

fn read_record(file: &Path) -> Result<Option<Child>> {
    let Ok(text) = fs::read(file) else { return Ok(None) };
    let record: Record = serde_json::from_slice(&text).with_context(|| format!("{} is no record of a child: remove it", file.display()))?;
    if !record.identity.is_running() {
        fs::remove_file(file)?;
        return Ok(None);
    }
    Ok(Some(Child { record, file: file.to_owned(), process: None, output: None, stopped: false }))
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
        if tokio::time::timeout(PATIENCE, self.wait()).await.is_err() {
            self.ask(Signal::Kill)?;
            let gone = tokio::time::timeout(PATIENCE, self.wait()).await;
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
            let deadline = Instant::now() + PATIENCE;
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

fn open_log(path: &Path) -> Result<File> {
    OpenOptions::new().create(true).append(true).mode(0o600).open(path).with_context(|| format!("can't open {}", path.display()))
}

fn records(dir: &Path) -> PathBuf {
    dir.join("children")
}

fn record_file(dir: &Path, name: &str) -> PathBuf {
    records(dir).join(format!("{name}.json"))
}
