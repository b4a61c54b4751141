//! The folder that a stack keeps its state in, held by one process at a time.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    io::{Read as _, Seek as _, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use sha2::{Digest as _, Sha256};

use crate::{account::passable_path, children, settings::Settings, tools::remove_folder};

/// The file that is locked; a folder that has it is a home.
const LOCK: &str = "lock";

/// A stack's folder, locked for as long as this value lives. The kernel frees the lock when the process ends, however it ends.
#[derive(Debug)]
pub struct Home {
    settings: Settings,
    dir: PathBuf,
    _lock: File,
}

impl Home {
    /// Make the folder `settings.home` if it isn't there, readable by its owner alone, and take its lock.
    ///
    /// # Errors
    /// When another process holds it (the message names its pid), it is a folder with other things in it, or can't be made.
    pub fn open(settings: &Settings) -> Result<Self> {
        let dir = &settings.home;
        refuse_foreign(dir)?;
        make_private(dir).with_context(|| format!("can't make the folder {}", dir.display()))?;
        fs::set_permissions(dir, fs::Permissions::from_mode(0o700))
            .with_context(|| format!("can't restrict {} to its owner", dir.display()))?;
        // One folder has many spellings (symlinks, `..`); its hash and its lock must not.
        let dir = dir.canonicalize()?;
        let lock = take_lock(&dir)?;
        Ok(Self { settings: settings.clone(), dir, _lock: lock })
    }

    /// What this stack was started with.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The folder itself.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// A path inside the folder.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// A short name that no other home has; stable as long as the folder stays where it is.
    #[must_use]
    pub fn id(&self) -> String {
        short_hash(&self.dir)
    }

    /// End the children of this home and of homes inside it, and remove them with all that they keep elsewhere.
    ///
    /// # Errors
    /// When something can't be removed.
    pub fn remove(self) -> Result<()> {
        // A folder comes before those in it, so in reverse the innermost home goes first.
        for dir in folders_from(&self.dir)?.iter().rev().filter(|dir| dir.join(LOCK).exists()) {
            children::end_recorded(dir)?;
            remove_folder(&passable_path(dir))?;
        }
        remove_folder(&self.dir)
    }

    /// Write a file that only its owner may read; a reader sees the old content or the new one, never half of it.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn write_private(&self, name: &str, content: &[u8]) -> Result<()> {
        write_private(&self.path(name), content)
    }
}

/// As [`Home::write_private`], for any path.
pub(crate) fn write_private(path: &Path, content: &[u8]) -> Result<()> {
    let new = path.with_extension("new");
    let write = || -> std::io::Result<()> {
        let _ = fs::remove_file(&new);
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&new, path)
    };
    write().with_context(|| format!("can't write {}", path.display()))
}

/// Twelve hex digits that stand for a path.
pub(crate) fn short_hash(path: &Path) -> String {
    hex::encode(Sha256::digest(path.as_os_str().as_encoded_bytes())).chars().take(12).collect()
}

/// A process that is just being started holds a copy of every open file, and so of a lock that was given up, until its program runs.
const FORK: Duration = Duration::from_secs(1);

fn take_lock(dir: &Path) -> Result<File> {
    let path = dir.join(LOCK);
    let open = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(&path);
    let mut lock = open.with_context(|| format!("can't open {}", path.display()))?;
    let deadline = Instant::now() + FORK;
    let locked = loop {
        match lock.try_lock() {
            Err(TryLockError::WouldBlock) if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(10)),
            locked => break locked,
        }
    };
    match locked {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            lock.read_to_string(&mut holder)?;
            bail!(
                "process {} already runs a stack in {}: stop it first, or choose another folder with FETCHCATCH_HOME \
                 (and another FETCHCATCH_PORT)",
                holder.trim(),
                dir.display()
            );
        }
        Err(TryLockError::Error(error)) => return Err(error).with_context(|| format!("can't lock {}", path.display())),
    }
    lock.set_len(0)?;
    lock.rewind()?;
    writeln!(lock, "{}", std::process::id())?;
    Ok(lock)
}

/// The folders above it, where they are missing, are made as usual.
fn make_private(dir: &Path) -> std::io::Result<()> {
    dir.parent().map_or(Ok(()), fs::create_dir_all)?;
    match DirBuilder::new().mode(0o700).create(dir) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists && dir.is_dir() => Ok(()),
        made => made,
    }
}

/// We change a home's mode and remove things in it: that must not happen to somebody's own folder.
fn refuse_foreign(dir: &Path) -> Result<()> {
    let foreign = !dir.join(LOCK).exists() && fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_some());
    anyhow::ensure!(!foreign, "{} has other things in it: let FETCHCATCH_HOME name a new or empty folder", dir.display());
    Ok(())
}

fn folders_from(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut folders = vec![dir.to_owned()];
    let mut next = 0;
    while let Some(folder) = folders.get(next) {
        let mut inside = Vec::new();
        for entry in fs::read_dir(folder).with_context(|| format!("can't read {}", folder.display()))? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                inside.push(entry.path());
            }
        }
        folders.extend(inside);
        next += 1;
    }
    Ok(folders)
}
