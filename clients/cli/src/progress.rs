//! A bar on a terminal, for what takes long.

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

/// What is done sooner shows no bar.
const PATIENCE: Duration = Duration::from_millis(500);
const WIDTH: usize = 30;

pub struct Progress {
    what: &'static str,
    done: usize,
    total: usize,
    begun: Instant,
    is_visible: bool,
    is_drawn: bool,
}

impl Progress {
    pub fn new(what: &'static str, total: usize, quiet: bool) -> Self {
        let is_visible = !quiet && total > 1 && std::io::stderr().is_terminal();
        Progress { what, done: 0, total, begun: Instant::now(), is_visible, is_drawn: false }
    }

    pub fn step(&mut self) {
        self.done += 1;
        if self.is_visible && self.begun.elapsed() >= PATIENCE {
            self.is_drawn = true;
            let _ = write!(std::io::stderr().lock(), "\r{} {} {}/{}", self.what, bar(self.done, self.total), self.done, self.total);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.is_drawn {
            let _ = write!(std::io::stderr().lock(), "\r\u{1b}[2K");
        }
    }
}

fn bar(done: usize, total: usize) -> String {
    let filled = WIDTH * done.min(total) / total.max(1);
    format!("[{}{}]", "=".repeat(filled), " ".repeat(WIDTH - filled))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_bar_fills() {
        assert_eq!(super::bar(1, 2), format!("[{}{}]", "=".repeat(15), " ".repeat(15)));
        assert_eq!(super::bar(3, 2), format!("[{}]", "=".repeat(30)));
    }
}
