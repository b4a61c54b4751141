//! Starting a child so that it never runs unrecorded.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::Write as _,
    os::unix::{fs::OpenOptionsExt as _, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result};

use super::{Child, PATIENCE, Record, record_file, records};
use crate::{
    account::Account,
    home::{Home, write_private},
    process::{Identity, Signal},
};

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
    let child = Child { record, file, process: Some(process), output, patience: PATIENCE, stopped: false };
    write_private(&child.file, &serde_json::to_vec(&child.record)?)?;
    gate.context("a child without its input")?.write_all(b"go\n").with_context(|| format!("{} ended before it began", spec.name))?;
    Ok(child)
}

fn open_log(path: &Path) -> Result<File> {
    OpenOptions::new().create(true).append(true).mode(0o600).open(path).with_context(|| format!("can't open {}", path.display()))
}
