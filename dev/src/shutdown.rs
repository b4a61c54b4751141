//! The signals that ask us to stop.

use anyhow::{Context, Result};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// From here on these signals no longer end the process at once: whoever holds this stops what it started, then exits.
#[derive(Debug)]
pub struct Shutdown {
    interrupt: Signal,
    terminate: Signal,
    hangup: Option<Signal>,
}

impl Shutdown {
    /// Begin to catch Ctrl-C, SIGTERM, and the terminal's end (unless `nohup` said to ignore that one).
    ///
    /// # Errors
    /// When the system refuses.
    pub fn catch() -> Result<Self> {
        let catch = |kind| signal(kind).context("can't catch signals");
        let hangup = if ignores_hangup() { None } else { Some(catch(SignalKind::hangup())?) };
        Ok(Self { interrupt: catch(SignalKind::interrupt())?, terminate: catch(SignalKind::terminate())?, hangup })
    }

    /// Wait for one of them; returns the exit code that a shell gives to a program that it ended.
    pub async fn requested(&mut self) -> u8 {
        let hangup = async {
            match &mut self.hangup {
                Some(hangup) => drop(hangup.recv().await),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => 130,
            _ = self.terminate.recv() => 143,
            () = hangup => 129,
        }
    }
}

/// Linux tells it as the first bit of a mask; elsewhere we can't know.
fn ignores_hangup() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}
