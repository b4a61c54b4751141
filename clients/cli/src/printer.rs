//! The one place that prints: results on stdout, all else on stderr.

use std::fmt::Display;
use std::io::{IsTerminal as _, Write as _};

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
            out(format_args!("{line}\n"));
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
            out(format_args!("{text}\n"));
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

fn out(text: std::fmt::Arguments<'_>) {
    // Whoever reads us may stop reading: `fcc history | head -1`.
    let _ = std::io::stdout().lock().write_fmt(text);
}

fn err(text: std::fmt::Arguments<'_>) {
    let _ = std::io::stderr().lock().write_fmt(text);
}
