//! The sum of what many test binaries report.

use std::fmt;

/// Counts `test result:` lines in output that comes in pieces.
#[derive(Debug, Default)]
pub struct Summary {
    passed: u64,
    failed: u64,
    line: Vec<u8>,
}

impl Summary {
    /// Take the next piece of output.
    pub fn read(&mut self, output: &[u8]) {
        for &byte in output {
            if byte == b'\n' {
                let line = std::mem::take(&mut self.line);
                self.count(&without_colours(&String::from_utf8_lossy(&line)));
            } else {
                self.line.push(byte);
            }
        }
    }

    /// How many tests failed.
    #[must_use]
    pub fn failed(&self) -> u64 {
        self.failed
    }

    /// Such as `test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s`.
    fn count(&mut self, line: &str) {
        let Some((_, counts)) = line.strip_prefix("test result: ").and_then(|result| result.split_once(". ")) else { return };
        for count in counts.split("; ") {
            match count.split_once(' ') {
                Some((number, "passed")) => self.passed += number.parse::<u64>().unwrap_or(0),
                Some((number, "failed")) => self.failed += number.parse::<u64>().unwrap_or(0),
                _ => {}
            }
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

/// Colours are escape sequences from `ESC [` to `m`.
fn without_colours(line: &str) -> String {
    let mut parts = line.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('m').map_or(part, |(_, rest)| rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_of_all_binaries_are_added_up_wherever_the_output_is_cut() {
        let output = "running 2 tests\ntest result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.0s\n\
            test a says test result: ok. 9 passed\n\
            test result: \u{1b}[31mFAILED\u{1b}(B\u{1b}[m. 3 passed; 4 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.0s\n";
        for size in 1..output.len() {
            let mut summary = Summary::default();
            output.as_bytes().chunks(size).for_each(|piece| summary.read(piece));
            assert_eq!(summary.to_string(), "5 passed, 4 failed");
        }
    }
}
