//! The files of a checkout: `flows/<slug>.json` and `connectors/<slug>.json`.

use std::fmt;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail};
use domain::canonical::{self, Canonical};
use domain::identity::ResourceType;
use domain::{Digest, Slug};
use serde_json::Value;

use crate::layout;

/// What the other side of a conflict is kept in, beside the file; never a resource.
const REMOTE_SUFFIX: &str = ".remote.json";
/// GoRules keeps a graph's tests in its file; they are no part of what is decided.
pub const TESTS: &str = "tests";

/// A resource as files name it. Connectors come before flows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    pub kind: ResourceType,
    pub slug: String,
}

impl Key {
    /// Of a name that comes from elsewhere: it becomes a file's, so it has to be a slug.
    pub fn new(kind: ResourceType, slug: &str) -> Result<Key> {
        let slug: Slug = slug.parse().map_err(|error| anyhow!("{slug:?} is no slug: {error}"))?;
        Ok(Key { kind, slug: slug.to_string() })
    }

    pub fn folder(kind: ResourceType) -> &'static str {
        match kind {
            ResourceType::Connector => "connectors",
            ResourceType::Flow => "flows",
        }
    }

    /// From the checkout's root: `flows/shipping-fee.json`.
    pub fn file(&self) -> String {
        format!("{self}.json")
    }

    pub fn remote_file(&self) -> String {
        format!("{self}{REMOTE_SUFFIX}")
    }

    pub fn selector(&self) -> sdk::Selector<'_> {
        sdk::Selector { kind: self.kind, id: &self.slug }
    }

    /// What a path names, whether or not the file is there: the folder says the type, the file's name the slug.
    pub fn of_path(path: &Path) -> Result<Key> {
        let text = path.display();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.ends_with(REMOTE_SUFFIX) {
            bail!("{text} is the other side of a conflict, no resource: `fcc resolve` takes the file beside it");
        }
        let folder = path.parent().and_then(Path::file_name).and_then(|name| name.to_str()).unwrap_or_default();
        let kind = ResourceType::ALL.iter().copied().find(|kind| Self::folder(*kind) == folder);
        let (Some(kind), Some(slug)) = (kind, name.strip_suffix(".json")) else {
            bail!("{text} is no resource's file: those are flows/<slug>.json and connectors/<slug>.json")
        };
        Key::new(kind, slug).with_context(|| text.to_string())
    }

    /// What a path names that has to be this checkout's own file: another one of the same name is not what would be sent.
    pub fn in_checkout(root: &Path, path: &Path) -> Result<Key> {
        let path = std::path::absolute(path)?;
        let key = Key::of_path(&path)?;
        if resolved(&path) != resolved(&root.join(key.file())) {
            bail!("{} is no file of the checkout {}: its own is {}", path.display(), root.display(), key.file());
        }
        Ok(key)
    }
}

/// With links and `..` followed as far as there is something; the file itself need not be there.
fn resolved(path: &Path) -> PathBuf {
    let folder = path.parent().and_then(|folder| fs::canonicalize(folder).ok());
    folder.zip(path.file_name()).map_or_else(|| path.to_owned(), |(folder, name)| folder.join(name))
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", Self::folder(self.kind), self.slug)
    }
}

/// A file that was read.
#[derive(Debug, Clone)]
pub struct LocalFile {
    pub key: Key,
    /// As it stands in the file.
    pub text: String,
    /// What the server keeps: without a flow's tests.
    pub document: Value,
    pub canonical: Canonical,
    /// A flow's own tests.
    pub tests: Option<Value>,
}

impl LocalFile {
    pub fn digest(&self) -> Digest {
        self.canonical.digest
    }

    /// The file's text with another document in it, tests kept.
    pub fn with_document(&self, document: &Value) -> String {
        let mut whole = document.clone();
        if let (Some(tests), Some(members)) = (&self.tests, whole.as_object_mut()) {
            members.insert(TESTS.to_owned(), tests.clone());
        }
        layout::render(&whole, Some(&self.text))
    }
}

/// Reads a resource's file; `None` where there is none.
pub fn read(root: &Path, key: &Key) -> Result<Option<LocalFile>> {
    match fs::read_to_string(root.join(key.file())) {
        Ok(text) => parse(key, text).map(Some),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("{} can't be read", key.file())),
    }
}

/// What a file of this name holds.
pub fn parse(key: &Key, text: String) -> Result<LocalFile> {
    let mut document = canonical::parse(text.as_bytes()).map_err(|error| anyhow!("{}: {error}", key.file()))?;
    let Some(members) = document.as_object_mut() else { bail!("{}: a JSON object is needed", key.file()) };
    let tests = if key.kind == ResourceType::Flow { members.remove(TESTS) } else { None };
    let canonical = Canonical::admit(&document).map_err(|error| anyhow!("{}: {error}", key.file()))?;
    Ok(LocalFile { key: key.clone(), text, document, canonical, tests })
}

/// A document that lies in a file of its own: the other side of a conflict.
pub fn read_remote(root: &Path, key: &Key) -> Result<Option<Value>> {
    match fs::read(root.join(key.remote_file())) {
        Ok(bytes) => Ok(Some(canonical::parse(&bytes).map_err(|error| anyhow!("{}: {error}", key.remote_file()))?)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("{} can't be read", key.remote_file())),
    }
}

/// Written beside it and moved over it, so that it is never half there. No link leads it elsewhere: a repository may hold any.
pub fn write(root: &Path, file: &str, content: impl AsRef<[u8]>) -> Result<()> {
    let path = root.join(file);
    let written = (|| {
        let folder = path.parent().unwrap_or(root);
        fs::create_dir_all(folder)?;
        if !fs::canonicalize(folder)?.starts_with(fs::canonicalize(root)?)
            || fs::symlink_metadata(&path).is_ok_and(|found| found.is_symlink())
        {
            return Err(std::io::Error::other("a symbolic link stands there"));
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let new = folder.join(format!(".{name}.{}.new", std::process::id()));
        // What a run of this number left behind; or a link, which is not followed.
        let _ = fs::remove_file(&new);
        fs::File::create_new(&new)?.write_all(content.as_ref())?;
        fs::rename(&new, &path)
    })();
    written.with_context(|| format!("{file} can't be written"))
}

pub fn remove(root: &Path, file: &str) -> Result<()> {
    match fs::remove_file(root.join(file)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error).with_context(|| format!("{file} can't be removed")),
        _ => Ok(()),
    }
}

/// All of a checkout's resources, by name.
pub fn all(root: &Path) -> Result<Vec<Key>> {
    let mut keys = Vec::new();
    for kind in ResourceType::ALL {
        keys.extend(in_folder(&root.join(Key::folder(*kind)))?);
    }
    Ok(keys)
}

/// What these arguments name: files, or folders with files. Without any, everything.
pub fn named(root: &Path, arguments: &[PathBuf]) -> Result<Vec<Key>> {
    if arguments.is_empty() {
        return all(root);
    }
    let mut keys = Vec::new();
    for argument in arguments {
        if argument.is_dir() {
            keys.extend(below(root, argument)?);
        } else {
            keys.push(Key::in_checkout(root, argument)?);
        }
    }
    keys.sort_unstable();
    keys.dedup();
    Ok(keys)
}

/// The resources of a folder of the checkout: of all of it, or of one type.
fn below(root: &Path, folder: &Path) -> Result<Vec<Key>> {
    let (asked, whole) = (fs::canonicalize(folder)?, fs::canonicalize(root)?);
    if asked == whole {
        return all(root);
    }
    match ResourceType::ALL.iter().find(|kind| asked == whole.join(Key::folder(**kind))) {
        Some(kind) => in_folder(&root.join(Key::folder(*kind))),
        None => bail!("{} is no folder of the checkout {}: it has flows and connectors", folder.display(), root.display()),
    }
}

fn in_folder(folder: &Path) -> Result<Vec<Key>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(|| format!("{} can't be read", folder.display())),
    };
    let mut keys = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.ends_with(".json") && !name.ends_with(REMOTE_SUFFIX) && !name.starts_with('.') && path.is_file() {
            keys.push(Key::of_path(&path)?);
        }
    }
    keys.sort_unstable();
    Ok(keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_no_slug_never_becomes_a_path() {
        for name in ["../../x", "..", "a/b", ".git", "", "A", "a\\b"] {
            assert!(Key::new(ResourceType::Flow, name).is_err(), "{name}");
        }
        assert_eq!(Key::new(ResourceType::Flow, "shipping-fee").unwrap().file(), "flows/shipping-fee.json");
    }
}
