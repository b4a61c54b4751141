//! The files of a checkout: `flows/<slug>.json` and `connectors/<slug>.json`.

use std::fmt;
use std::fs;
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
        let slug: Slug = slug.parse().map_err(|error| anyhow!("{text}: {slug:?} is no slug: {error}"))?;
        Ok(Key { kind, slug: slug.to_string() })
    }
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
    let text = match fs::read_to_string(root.join(key.file())) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("{} can't be read", key.file())),
    };
    let mut document = canonical::parse(text.as_bytes()).map_err(|error| anyhow!("{}: {error}", key.file()))?;
    let Some(members) = document.as_object_mut() else { bail!("{}: a JSON object is needed", key.file()) };
    let tests = if key.kind == ResourceType::Flow { members.remove(TESTS) } else { None };
    let canonical = Canonical::admit(&document).map_err(|error| anyhow!("{}: {error}", key.file()))?;
    Ok(Some(LocalFile { key: key.clone(), text, document, canonical, tests }))
}

/// A document that lies in a file of its own: the other side of a conflict.
pub fn read_remote(root: &Path, key: &Key) -> Result<Option<Value>> {
    match fs::read(root.join(key.remote_file())) {
        Ok(bytes) => Ok(Some(canonical::parse(&bytes).map_err(|error| anyhow!("{}: {error}", key.remote_file()))?)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("{} can't be read", key.remote_file())),
    }
}

/// Written beside it and moved over it, so that it is never half there.
pub fn write(root: &Path, file: &str, text: &str) -> Result<()> {
    let path = root.join(file);
    let written = (|| {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let new = path.with_extension("json.new");
        fs::write(&new, text)?;
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
        let path = std::path::absolute(argument)?;
        if path.is_dir() {
            let found = if path == root { all(root)? } else { in_folder(&path)? };
            keys.extend(found);
        } else {
            keys.push(Key::of_path(&path)?);
        }
    }
    keys.sort_unstable();
    keys.dedup();
    Ok(keys)
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
