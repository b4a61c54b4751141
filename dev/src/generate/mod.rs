//! Everything that is committed but read from the table of routes: the binaries, the OpenAPI document, the deployment's template.

mod binaries;
mod class;
mod functions_list;
mod names;
pub mod template;

use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

pub use names::camel_case;

/// A file as the table wants it; its path is relative to the project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    pub path: PathBuf,
    pub text: String,
}

/// How a file differs from what the table wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    Missing,
    Different,
    /// A binary whose operation is no longer in the table.
    Orphaned,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stale {
    pub path: PathBuf,
    pub why: Why,
}

impl fmt::Display for Stale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match self.why {
            Why::Missing => write!(f, "{path} is missing"),
            Why::Different => write!(f, "{path} differs from what the table of routes says"),
            Why::Orphaned => write!(f, "{path} belongs to an operation that is no longer in the table of routes"),
        }
    }
}

/// Every file that is generated, for the project at `root`.
///
/// # Errors
/// When a file that people write a part of can't be read.
pub fn artifacts(root: &Path) -> Result<Vec<Artifact>> {
    let written = |path: &str| std::fs::read_to_string(root.join(path)).with_context(|| format!("can't read {path}"));
    let mut all = binaries::artifacts();
    all.push(binaries::manifest(&written(binaries::MANIFEST)?)?);
    all.push(Artifact { path: "infra/openapi.json".into(), text: functions::openapi::json().to_owned() });
    all.push(Artifact { path: functions_list::PATH.into(), text: functions_list::render()? });
    all.push(Artifact { path: template::PATH.into(), text: template::render(&written(template::BASE)?)? });
    Ok(all)
}

/// What `write` would change. Changes nothing.
///
/// # Errors
/// When a file can't be read.
pub fn stale(root: &Path) -> Result<Vec<Stale>> {
    Ok(compare(root)?.into_iter().map(|(stale, _)| stale).collect())
}

/// Makes every file what the table wants, and removes the binaries of operations that are gone. Answers what it changed.
///
/// # Errors
/// When a file can't be read or written.
pub fn write(root: &Path) -> Result<Vec<Stale>> {
    let stale = compare(root)?;
    for (Stale { path, .. }, text) in &stale {
        let file = root.join(path);
        match text {
            Some(text) => {
                if let Some(folder) = file.parent() {
                    std::fs::create_dir_all(folder).with_context(|| format!("can't make {}", folder.display()))?;
                }
                std::fs::write(&file, text).with_context(|| format!("can't write {}", file.display()))?;
            }
            None => std::fs::remove_file(&file).with_context(|| format!("can't remove {}", file.display()))?,
        }
    }
    Ok(stale.into_iter().map(|(stale, _)| stale).collect())
}

/// What is stale, each with its new text; none where the file ought to go.
fn compare(root: &Path) -> Result<Vec<(Stale, Option<String>)>> {
    let artifacts = artifacts(root)?;
    let orphaned = binaries::present(root)?.into_iter().filter(|path| !artifacts.iter().any(|artifact| artifact.path == *path));
    let mut stale: Vec<_> = orphaned.map(|path| (Stale { path, why: Why::Orphaned }, None)).collect();
    for Artifact { path, text } in artifacts {
        let why = match std::fs::read_to_string(root.join(&path)) {
            Ok(present) if present == text => continue,
            Ok(_) => Why::Different,
            Err(error) if error.kind() == ErrorKind::NotFound => Why::Missing,
            Err(error) => return Err(error).with_context(|| format!("can't read {}", path.display())),
        };
        stale.push((Stale { path, why }, Some(text)));
    }
    Ok(stale)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A project in which nothing has been generated yet.
    struct Project(PathBuf);

    impl Project {
        fn new(name: &str) -> Project {
            let root = std::env::temp_dir().join(format!("fetchcatch-generate-{name}-{}", std::process::id()));
            for (folder, written) in [("infra", template::BASE), ("functions", binaries::MANIFEST)] {
                std::fs::create_dir_all(root.join(folder)).unwrap();
                std::fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(written), root.join(written)).unwrap();
            }
            Project(root)
        }
    }

    impl Drop for Project {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn what_was_written_is_fresh() {
        let project = Project::new("fresh");
        let written = write(&project.0).unwrap();
        assert!(written.iter().all(|stale| stale.why != Why::Orphaned), "{written:?}");
        assert_eq!(stale(&project.0).unwrap(), []);
    }

    #[test]
    fn an_edited_and_an_orphaned_file_are_named_and_mended() {
        let project = Project::new("mended");
        write(&project.0).unwrap();
        let (edited, orphan) = (PathBuf::from("infra/openapi.json"), PathBuf::from("functions/src/bin/no_longer_there.rs"));
        std::fs::write(project.0.join(&edited), "{}").unwrap();
        std::fs::write(project.0.join(&orphan), "fn main() {}").unwrap();

        let expected = [Stale { path: orphan.clone(), why: Why::Orphaned }, Stale { path: edited, why: Why::Different }];
        assert_eq!(stale(&project.0).unwrap(), expected);
        assert_eq!(write(&project.0).unwrap(), expected);
        assert!(!project.0.join(orphan).exists());
        assert_eq!(stale(&project.0).unwrap(), []);
    }
}
