//! Ctrl-C ends `fcc` at once, whatever it waits for: the network, git, or somebody at the keyboard.

use crate::exit::Exit;

/// Begins to watch. Files are moved into place when they are whole, so nothing is left half-written.
#[cfg(unix)]
pub fn watch() {
    use tokio::signal::unix::{SignalKind, signal};
    // Where it can't be caught, the system ends the process by itself.
    let Ok(mut interrupts) = signal(SignalKind::interrupt()) else { return };
    tokio::spawn(async move {
        interrupts.recv().await;
        crate::confirm::show_again();
        std::process::exit(Exit::Interrupted.code());
    });
}

#[cfg(not(unix))]
pub fn watch() {
    tokio::spawn(async {
        if tokio::signal::ctrl_c().await.is_ok() {
            std::process::exit(Exit::Interrupted.code());
        }
    });
}
