//! What was measured, a line each, beside what it is measured against, its target, and the run before.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

/// What a measurement ought to reach.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    AtLeast(f64),
    AtMost(f64),
}

/// One measurement. With a reference, the target is for the ratio.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Line {
    pub name: String,
    pub measured: f64,
    pub unit: String,
    pub reference: Option<Reference>,
    pub ratio: Option<f64>,
    pub target: Option<Target>,
    pub note: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Reference {
    pub name: String,
    pub measured: f64,
}

impl Line {
    /// A measurement that stands by itself.
    pub fn plain(name: &str, measured: f64, unit: &str, target: Option<Target>, note: impl Into<String>) -> Self {
        Line { name: name.to_owned(), measured, unit: unit.to_owned(), reference: None, ratio: None, target, note: note.into() }
    }

    /// `None` without a target.
    fn holds(&self) -> Option<bool> {
        let judged = self.ratio.unwrap_or(self.measured);
        self.target.map(|target| match target {
            Target::AtLeast(least) => judged >= least,
            Target::AtMost(most) => judged <= most,
        })
    }
}

/// Prints lines as they come and keeps them by name in a file.
pub struct Report {
    file: PathBuf,
    kept: BTreeMap<String, Line>,
}

impl Report {
    /// With what the run before kept, if there was one.
    ///
    /// # Errors
    /// When the file can't be read as what we write.
    pub fn open(file: &Path) -> Result<Report> {
        let kept = match std::fs::read(file) {
            Ok(bytes) => serde_json::from_slice(&bytes).with_context(|| format!("{} is not ours: remove it", file.display()))?,
            Err(_) => BTreeMap::new(),
        };
        Ok(Report { file: file.to_owned(), kept })
    }

    /// # Errors
    /// When the file can't be written.
    pub fn add(&mut self, line: Line) -> Result<()> {
        println!("{}", shown(&line, self.kept.get(&line.name)));
        self.kept.insert(line.name.clone(), line);
        if let Some(folder) = self.file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(&self.file, serde_json::to_vec_pretty(&self.kept)?).with_context(|| format!("can't write {}", self.file.display()))
    }
}

fn shown(line: &Line, before: Option<&Line>) -> String {
    let mut parts = vec![format!("{:<34} {:>10}", line.name, quantity(line.measured, &line.unit))];
    if let Some(reference) = &line.reference {
        parts.push(format!("{}: {}", reference.name, quantity(reference.measured, &line.unit)));
    }
    if let Some(ratio) = line.ratio {
        parts.push(format!("ratio {ratio:.2}"));
    }
    parts.extend(line.target.map(|target| match target {
        Target::AtLeast(least) => format!("target at least {least}"),
        Target::AtMost(most) => format!("target at most {most}"),
    }));
    parts.extend(line.holds().map(|holds| if holds { "ok".to_owned() } else { "BELOW TARGET".to_owned() }));
    parts.extend(before.map(|before| {
        format!("before: {}", quantity(before.ratio.unwrap_or(before.measured), if before.ratio.is_some() { "" } else { &before.unit }))
    }));
    if !line.note.is_empty() {
        parts.push(line.note.clone());
    }
    parts.join("  |  ")
}

fn quantity(value: f64, unit: &str) -> String {
    let digits = if value.fract() == 0.0 || value >= 100.0 {
        0
    } else if value >= 10.0 {
        1
    } else {
        2
    };
    format!("{value:.digits$}{}{unit}", if unit.is_empty() || unit.starts_with('/') { "" } else { " " })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_held_against_the_target_rather_than_what_it_was_made_of() {
        let mut line = Line::plain("publish", 900.0, "/s", Some(Target::AtLeast(0.5)), "");
        line.reference = Some(Reference { name: "pgbench".into(), measured: 2000.0 });
        line.ratio = Some(0.45);
        let before = Line::plain("publish", 800.0, "/s", None, "");
        assert_eq!(
            shown(&line, Some(&before)),
            "publish                                 900/s  |  pgbench: 2000/s  |  ratio 0.45  |  target at least 0.5  |  BELOW TARGET  |  before: 800/s"
        );
    }
}
