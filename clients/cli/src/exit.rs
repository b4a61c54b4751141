//! How `fcc` ends. 1 beats 3 beats 2.

use std::fmt;
use std::process::ExitCode;

use wire::problem::Code;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// In sync, or done.
    Done,
    /// Something went wrong, or was asked for wrongly.
    Error,
    /// Drift, or pending changes.
    Pending,
    /// Conflicts.
    Conflict,
    /// Ctrl-C.
    Interrupted,
}

/// What `fcc help exit-codes` says.
pub const HELP: &str = "\
Exit codes of fcc, for scripts and CI:

  0    in sync, or done
  1    an error, wrong usage included
  2    drift or pending changes (drift, plan, status, diff)
  3    conflicts: the same thing was changed here and there (drift: changed on both sides)
  130  interrupted

Where several hold, 1 beats 3 beats 2.
";

impl Exit {
    /// The one that matters more.
    pub fn and(self, other: Exit) -> Exit {
        let weight = |exit: Exit| match exit {
            Exit::Done => 0,
            Exit::Pending => 1,
            Exit::Conflict => 2,
            Exit::Error => 3,
            Exit::Interrupted => 4,
        };
        if weight(other) > weight(self) { other } else { self }
    }

    fn number(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::Error => 1,
            Exit::Pending => 2,
            Exit::Conflict => 3,
            Exit::Interrupted => 130,
        }
    }

    /// For where the process ends without coming back to its `main`.
    pub fn code(self) -> i32 {
        self.number().into()
    }

    /// Pending when there is something.
    pub fn pending_if(there_is: bool) -> Exit {
        if there_is { Exit::Pending } else { Exit::Done }
    }

    /// Conflict when there is one.
    pub fn conflict_if(there_is: bool) -> Exit {
        if there_is { Exit::Conflict } else { Exit::Done }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit.number())
    }
}

/// An error that ends with another code than 1.
#[derive(Debug)]
pub struct Stop {
    exit: Exit,
    message: String,
}

impl Stop {
    /// Something was changed here and there; it has to be settled first.
    pub fn conflict(message: impl Into<String>) -> anyhow::Error {
        Stop { exit: Exit::Conflict, message: message.into() }.into()
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Stop {}

/// Conflicts that the API finds are 3, whichever command meets them.
pub fn of_error(error: &anyhow::Error) -> Exit {
    if let Some(stop) = error.downcast_ref::<Stop>() {
        return stop.exit;
    }
    let code = error.downcast_ref::<sdk::Error>().and_then(sdk::Error::code);
    match code {
        Some(Code::MergeConflict | Code::VersionConflict | Code::DraftChanged | Code::DraftNotApplied) => Exit::Conflict,
        _ => Exit::Error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_beat_conflicts_and_conflicts_beat_drift() {
        assert_eq!(Exit::Done.and(Exit::Pending).and(Exit::Conflict).and(Exit::Error), Exit::Error);
        assert_eq!(Exit::Conflict.and(Exit::Pending), Exit::Conflict);
        assert_eq!(Exit::Pending.and(Exit::Done), Exit::Pending);
    }
}
