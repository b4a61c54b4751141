//! Which process a number means: a pid is used again, a pid with its start time is not.

use std::process::Command;

use anyhow::{Context, Result};
use rustix::process::{Pid, kill_process, kill_process_group};
use serde::{Deserialize, Serialize};

/// A running process, told apart from a later one that got the same number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The process's number.
    pub pid: u32,
    /// When it started, in whatever unit the system tells it; compared, never read.
    pub started: String,
}

/// How a process is asked to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Signal {
    /// Postgres: end sessions, write a checkpoint, exit ("fast shutdown").
    Interrupt,
    /// The usual request.
    Terminate,
    /// No request: the kernel ends it.
    Kill,
}

impl Identity {
    /// The process that has this number now; `None` when there is none, or it has ended and only waits to be reaped.
    #[must_use]
    pub fn of(pid: u32) -> Option<Self> {
        let started = if std::path::Path::new("/proc/self/stat").exists() { start_from_proc(pid) } else { start_from_ps(pid) };
        Some(Self { pid, started: started? })
    }

    /// Whether this very process still runs.
    #[must_use]
    pub fn is_running(&self) -> bool {
        Self::of(self.pid).as_ref() == Some(self)
    }

    /// Its program and arguments in one line, as `ps` tells them.
    #[must_use]
    pub fn arguments(&self) -> Option<String> {
        let output = Command::new("ps").args(["-ww", "-o", "args=", "-p", &self.pid.to_string()]).output().ok()?;
        String::from_utf8(output.stdout).ok()
    }

    /// Send a signal to this process if it still runs.
    ///
    /// # Errors
    /// When the system refuses, for instance because the process belongs to another user.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        self.send(signal, kill_process)
    }

    /// Send a signal to this process and to the group that it leads, if it still runs.
    ///
    /// # Errors
    /// As [`Identity::signal`].
    pub fn signal_group(&self, signal: Signal) -> Result<()> {
        self.send(signal, kill_process_group)
    }

    fn send(&self, signal: Signal, kill: impl Fn(Pid, rustix::process::Signal) -> rustix::io::Result<()>) -> Result<()> {
        let Some(pid) = i32::try_from(self.pid).ok().and_then(Pid::from_raw).filter(|_| self.is_running()) else { return Ok(()) };
        let number = match signal {
            Signal::Interrupt => rustix::process::Signal::INT,
            Signal::Terminate => rustix::process::Signal::TERM,
            Signal::Kill => rustix::process::Signal::KILL,
        };
        match kill(pid, number) {
            Err(error) if error != rustix::io::Errno::SRCH => {
                Err(error).with_context(|| format!("can't signal process {} ({signal:?})", self.pid))
            }
            _ => Ok(()),
        }
    }
}

/// Linux: clock ticks since boot, with the boot's id, since ticks begin again at the next boot.
fn start_from_proc(pid: u32) -> Option<String> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field is the program's name in parentheses, and may hold anything: read on behind its end.
    let mut fields = stat.get(stat.rfind(')')? + 1..)?.split_ascii_whitespace();
    let state = fields.next()?;
    let ticks = fields.nth(18)?;
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    (!is_dead(state)).then(|| format!("{}/{ticks}", boot.trim()))
}

/// Elsewhere (macOS): the start as `ps` tells it, to the second.
fn start_from_ps(pid: u32) -> Option<String> {
    let output = Command::new("ps").args(["-o", "stat=,lstart=", "-p", &pid.to_string()]).env("LC_ALL", "C").output().ok()?;
    let line = String::from_utf8(output.stdout).ok()?;
    let (state, started) = line.trim().split_once(' ')?;
    (output.status.success() && !is_dead(state)).then(|| started.trim().to_owned())
}

fn is_dead(state: &str) -> bool {
    state.starts_with(['Z', 'X'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_asking_know_this_process_and_no_ended_one() {
        let mut ended = Command::new("true").spawn().unwrap();
        let pid = ended.id();
        ended.wait().unwrap();
        for ask in [start_from_proc, start_from_ps] {
            assert!(ask(std::process::id()).is_some());
            assert_eq!(ask(pid), None);
        }
    }

    #[test]
    fn a_process_with_another_start_is_another_process() {
        let me = Identity::of(std::process::id()).unwrap();
        assert!(me.is_running());
        let other = Identity { started: "before".to_owned(), ..me };
        assert!(!other.is_running());
        // Were it sent, this test would end here.
        other.signal(Signal::Kill).unwrap();
    }
}
