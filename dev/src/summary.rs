//! The sum of what many test binaries report.

use std::fmt;

/// Whose words the output is in.
#[derive(Debug, Clone, Copy)]
pub enum Words {
    /// `test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s`
    Cargo,
    /// `Tests  1 failed | 4 passed (5)`
    Vitest,
    /// `4 passed (1.2m)`, `1 failed`, `3 did not run`, a line each
    Playwright,
}

/// Counts tests in output that comes in pieces, and steps that have no counts of their own.
#[derive(Debug, Default)]
pub struct Summary {
    passed: u64,
    failed: u64,
    line: Vec<u8>,
}

impl Summary {
    /// Take the next piece of output.
    pub fn read(&mut self, words: Words, output: &[u8]) {
        for &byte in output {
            if byte == b'\n' {
                let line = std::mem::take(&mut self.line);
                self.count(words, &without_colours(&String::from_utf8_lossy(&line)));
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

    /// A step that is one test.
    pub fn step(&mut self, passed: bool) {
        if passed { self.passed += 1 } else { self.failed += 1 }
    }

    fn count(&mut self, words: Words, line: &str) {
        let counts = match words {
            Words::Cargo => line.strip_prefix("test result: ").and_then(|result| result.split_once(". ")).map(|(_, counts)| (counts, "; ")),
            Words::Vitest => line.trim_start().strip_prefix("Tests ").map(|counts| (counts, " | ")),
            Words::Playwright => {
                line.strip_prefix("  ").filter(|line| line.starts_with(|first: char| first.is_ascii_digit())).map(|line| (line, "\n"))
            }
        };
        let Some((counts, between)) = counts else { return };
        for count in counts.split(between) {
            let Some((number, what)) = count.trim().split_once(' ') else { continue };
            let number = number.parse::<u64>().unwrap_or(0);
            match what.split(" (").next().unwrap_or_default() {
                "passed" => self.passed += number,
                "failed" | "interrupted" | "did not run" => self.failed += number,
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
            output.as_bytes().chunks(size).for_each(|piece| summary.read(Words::Cargo, piece));
            assert_eq!(summary.to_string(), "5 passed, 4 failed");
        }
    }

    #[test]
    fn the_consoles_tests_are_counted_in_the_words_of_their_programs() {
        let mut summary = Summary::default();
        summary.read(
            Words::Vitest,
            " Test Files  1 failed | 7 passed (8)\n      Tests  \u{1b}[31m1 failed\u{1b}[39m | 51 passed (52)\n".as_bytes(),
        );
        assert_eq!(summary.to_string(), "51 passed, 1 failed");
        let playwright = "  ✓  1 runs.spec.ts:5:1 › 3 failed runs (1.2s)\n\n  2 failed\n    [x] › 9 failed\n  1 flaky\n  3 did not run\n  30 passed (1.2m)\n";
        summary.read(Words::Playwright, playwright.as_bytes());
        assert_eq!(summary.to_string(), "81 passed, 6 failed");
        summary.step(true);
        assert_eq!(summary.to_string(), "82 passed, 6 failed");
    }
}
