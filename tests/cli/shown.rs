//! What a command showed, with what differs from run to run in brackets.

use std::fmt;
use std::process::Output;

use serde_json::Value;

pub struct Shown {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
    raw_stdout: String,
}

impl Shown {
    pub fn new(output: Output, known: &[(&str, &str)], commits: Vec<String>) -> Shown {
        let raw_stdout = String::from_utf8(output.stdout).unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        let settled = |text: &str| {
            let mut text = text.to_owned();
            for (varying, name) in known {
                text = text.replace(varying, name);
            }
            for commit in &commits {
                text = text.replace(commit, "[COMMIT]").replace(&commit[..7], "[SHORT]");
            }
            words(&text)
        };
        let code = output.status.code().unwrap_or(-1);
        Shown { code, stdout: settled(&raw_stdout), stderr: settled(&stderr), raw_stdout }
    }

    /// Fails with all of it where the exit code is another one.
    #[track_caller]
    pub fn is(&self, code: i32) -> &Self {
        assert_eq!(self.code, code, "{self}");
        self
    }

    /// What `--json` printed, ids and times included.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.raw_stdout).unwrap_or_else(|error| panic!("stdout is no JSON: {error}\n{self}"))
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "exit {}", self.code)?;
        for (name, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !text.is_empty() {
                writeln!(f, "--- {name}")?;
                f.write_str(text)?;
            }
        }
        Ok(())
    }
}

/// Ids, digests and times are words of letters, digits, hyphens, colons and dots.
fn words(text: &str) -> String {
    let mut settled = String::new();
    let mut word = String::new();
    for character in text.chars() {
        if character.is_ascii_alphanumeric() || matches!(character, '-' | ':' | '.') {
            word.push(character);
        } else {
            settled.push_str(settle(&word));
            word.clear();
            settled.push(character);
        }
    }
    settled.push_str(settle(&word));
    settled
}

fn settle(word: &str) -> &str {
    let is_hex = |word: &str| word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_time = word.ends_with('Z') && word.starts_with("20") && word.contains('T') && word.contains(':');
    match word.len() {
        _ if is_time => "[TIME]",
        64 if is_hex(word) => "[DIGEST]",
        36 if word.split('-').map(str::len).eq([8, 4, 4, 4, 12]) => "[ID]",
        _ => word,
    }
}
