//! The one place that prints: results on stdout, all else on stderr.

use std::borrow::Cow;
use std::fmt::Display;
use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};

use crate::progress::Progress;
use crate::settings::Settings;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    Bold,
    Dim,
    Red,
    Green,
    Yellow,
}

#[derive(Debug, Clone)]
pub struct Printer {
    json: bool,
    quiet: bool,
    color_out: bool,
    color_err: bool,
}

impl Printer {
    pub fn new(json: bool, quiet: bool, settings: &Settings) -> Self {
        let color = |is_terminal: bool| is_terminal && !settings.no_color;
        Printer { json, quiet, color_out: color(std::io::stdout().is_terminal()), color_err: color(std::io::stderr().is_terminal()) }
    }

    pub fn is_json(&self) -> bool {
        self.json
    }

    /// A line of the result, for people; a program asked for JSON.
    pub fn line(&self, line: impl Display) {
        if !self.json {
            out(&harmless(&format!("{line}\n")));
        }
    }

    /// Text as it is, whoever reads it.
    pub fn raw(&self, text: &[u8]) {
        let mut stdout = std::io::stdout().lock();
        // Whoever reads us may stop reading: `fcc history | head -1`.
        let _ = stdout.write_all(text).and_then(|()| stdout.flush());
    }

    /// The result, for programs; nothing unless JSON was asked for.
    pub fn json(&self, value: &impl Serialize) {
        if self.json {
            let text = serde_json::to_string_pretty(value).unwrap_or_default();
            out(&format!("{text}\n"));
        }
    }

    /// What happens meanwhile, or what to do next.
    pub fn note(&self, note: impl Display) {
        if !self.quiet {
            err(format_args!("{note}\n"));
        }
    }

    /// Something to look at, also when quiet.
    pub fn warn(&self, warning: impl Display) {
        let word = self.paint_err("warning:", Style::Yellow);
        err(format_args!("{word} {warning}\n"));
    }

    /// On stderr as it is: annotations, which a runner reads.
    pub fn annotation(&self, line: impl Display) {
        err(format_args!("{line}\n"));
    }

    /// For as long as it lives, and on a terminal only.
    pub fn progress(&self, what: &'static str, total: usize) -> Progress {
        Progress::new(what, total, self.quiet)
    }

    /// A question, without an end of line.
    pub fn ask(&self, question: impl Display) {
        err(format_args!("{question} "));
    }

    pub fn error(&self, error: &anyhow::Error) {
        let word = self.paint_err("error:", Style::Red);
        err(format_args!("{word} {error:#}\n"));
        let Some(problem) = error.downcast_ref::<sdk::Error>().and_then(sdk::Error::problem) else { return };
        for one in &problem.errors {
            err(format_args!("  {} {}\n", if one.pointer.is_empty() { "the body:" } else { &one.pointer }, one.detail));
        }
        for item in problem.facts.get("items").and_then(Value::as_array).into_iter().flatten() {
            for reason in item.get("reasons").and_then(Value::as_array).into_iter().flatten() {
                let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                err(format_args!("  {}/{}: {}\n", text(&item["type"]), text(&item["slug"]), text(&reason["detail"])));
            }
        }
        if problem.request_id.is_empty() {
            return;
        }
        err(format_args!("{}\n", self.paint_err(&format!("({}, request {})", problem.code.as_str(), problem.request_id), Style::Dim)));
    }

    pub fn paint(&self, text: &str, style: Style) -> String {
        painted(text, style, self.color_out)
    }

    fn paint_err(&self, text: &str, style: Style) -> String {
        painted(text, style, self.color_err)
    }
}

/// A pause that a person would wonder about: one that the server asked for.
pub fn waiting(pause: Duration) {
    if pause >= Duration::from_secs(2) {
        err(format_args!("the server asks for patience: trying again in {} s\n", pause.as_secs_f64().ceil()));
    }
}

/// A value of a result, on one line and not for ever.
pub fn brief(value: &Value) -> String {
    const MOST: usize = 80;
    let text = match value {
        Value::Object(members) if members.len() == 2 && members.contains_key("digest") && members.contains_key("bytes") => {
            return format!("({} bytes)", members["bytes"]);
        }
        other => json!(other).to_string(),
    };
    if text.chars().count() <= MOST { text } else { text.chars().take(MOST - 1).chain(['…']).collect() }
}

/// A name, a note or another text that somebody else wrote, where a line has room for one line.
pub fn one_line(text: &str) -> String {
    without_orders(text, &[]).replace('\n', "\\n").replace('\t', " ")
}

/// Without what a terminal would obey, but for our own colours.
fn harmless(text: &str) -> Cow<'_, str> {
    without_orders(text, &COLOURS)
}

/// Without what a terminal would obey: anybody may put it into a document, and servers into their answers.
fn without_orders<'a>(text: &'a str, but_for: &[&str]) -> Cow<'a, str> {
    let is_harmful = |letter: char| {
        (letter.is_control() && letter != '\n' && letter != '\t')
            || matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if !text.contains(is_harmful) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let colour = but_for.iter().find(|colour| rest.starts_with(**colour));
        let taken = colour.map_or(letter.len_utf8(), |colour| colour.len());
        match colour {
            Some(colour) => safe.push_str(colour),
            None if is_harmful(letter) => safe.extend(letter.escape_unicode()),
            None => safe.push(letter),
        }
        rest = rest.get(taken..).unwrap_or_default();
    }
    Cow::Owned(safe)
}

/// What [`painted`] writes.
const COLOURS: [&str; 6] = ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[2m", "\u{1b}[31m", "\u{1b}[32m", "\u{1b}[33m"];

fn painted(text: &str, style: Style, color: bool) -> String {
    let code = match style {
        Style::Bold => 1,
        Style::Dim => 2,
        Style::Red => 31,
        Style::Green => 32,
        Style::Yellow => 33,
    };
    if color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
}

fn out(text: &str) {
    // Whoever reads us may stop reading: `fcc history | head -1`.
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}

fn err(text: std::fmt::Arguments<'_>) {
    let _ = std::io::stderr().lock().write_all(harmless(&text.to_string()).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_terminal_obeys_is_printed_but_our_own_colours() {
        let painted = painted("changed", Style::Yellow, true);
        assert_eq!(harmless(&painted), painted);
        assert_eq!(harmless("Größe\tä\n"), "Größe\tä\n");
        assert_eq!(harmless("a\u{1b}]0;title\u{7}\u{9b}2J\r\u{202e}b"), "a\\u{1b}]0;title\\u{7}\\u{9b}2J\\u{d}\\u{202e}b");
    }

    #[test]
    fn a_text_of_several_lines_makes_no_line_of_its_own() {
        assert_eq!(one_line("first\u{1b}[31m\n*  v99  forged"), "first\\u{1b}[31m\\n*  v99  forged");
    }
}
