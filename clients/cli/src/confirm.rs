//! Questions, where there is somebody to answer.

use std::io::{BufRead as _, IsTerminal as _};
#[cfg(unix)]
use std::sync::{Mutex, PoisonError};

use anyhow::{Result, bail};

use crate::context::Context;

/// Whether a person sits there who can be asked.
pub fn can_ask(context: &Context) -> bool {
    !context.global.yes && !context.settings.is_ci && std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Goes on without asking where nobody is there, or with `--yes`.
pub fn confirm(context: &Context, question: &str) -> Result<()> {
    if !can_ask(context) {
        return Ok(());
    }
    context.printer.ask(format_args!("{question} [y/N]"));
    if matches!(answer()?.trim(), "y" | "Y" | "yes") { Ok(()) } else { bail!("nothing was done") }
}

/// A line from the terminal, or from what is piped in.
pub fn answer() -> Result<String> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim().to_owned())
}

/// A line that is not shown while it is typed.
#[cfg(unix)]
pub fn secret() -> Result<String> {
    use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
    let stdin = std::io::stdin();
    let shown = tcgetattr(&stdin)?;
    let mut hidden = shown.clone();
    hidden.local_modes.remove(LocalModes::ECHO);
    {
        let mut before = HIDDEN.lock().unwrap_or_else(PoisonError::into_inner);
        tcsetattr(&stdin, OptionalActions::Now, &hidden)?;
        *before = Some(shown);
    }
    let answer = answer();
    show_again();
    eprintln!();
    answer
}

/// How the terminal was before something was hidden on it.
#[cfg(unix)]
static HIDDEN: Mutex<Option<rustix::termios::Termios>> = Mutex::new(None);

/// Undoes the hiding, also for whoever ends the process in the midst of it.
#[cfg(unix)]
pub fn show_again() {
    use rustix::termios::{OptionalActions, tcsetattr};
    if let Some(shown) = HIDDEN.lock().unwrap_or_else(PoisonError::into_inner).take() {
        // Where the terminal is gone there is nothing to show on.
        let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, &shown);
    }
}

#[cfg(not(unix))]
pub fn secret() -> Result<String> {
    answer()
}
