//! Whom Postgres runs as: it refuses to be root.

use std::{
    fs::{self, DirBuilder},
    os::unix::{
        fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _},
        process::CommandExt as _,
    },
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

use crate::home::short_hash;

/// A user without privileges that root can start a program as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Account {
    /// The user's number.
    pub uid: u32,
    /// The number of its group.
    pub gid: u32,
}

impl Account {
    /// `None` when we aren't root and everything runs as us; else the user `postgres`, else `nobody`.
    ///
    /// # Errors
    /// When we are root and the system has neither user.
    pub fn unprivileged() -> Result<Option<Self>> {
        if !rustix::process::geteuid().is_root() {
            return Ok(None);
        }
        let found = ["postgres", "nobody"].into_iter().find_map(|name| Some(Self { uid: ask_id("-u", name)?, gid: ask_id("-g", name)? }));
        found
            .map(Some)
            .context("Postgres can't run as root, and there is neither a user `postgres` nor `nobody`: add one (useradd --system postgres)")
    }

    /// Let a command run as this user, with none of root's other groups.
    pub fn apply(self, command: &mut Command) {
        // The standard library drops the supplementary groups before it changes the user.
        command.uid(self.uid).gid(self.gid);
    }

    /// Whether this user can use what is at a path: all folders above it let it through.
    #[must_use]
    pub fn reaches(self, path: &Path) -> bool {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "test -r \"$1\" && test -x \"$1\"", "sh"]).arg(path).current_dir("/").stdin(Stdio::null());
        self.apply(&mut command);
        command.status().is_ok_and(|status| status.success())
    }
}

/// Our own user's number, which is in the names of what can't be shared between users.
#[must_use]
pub fn own_uid() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// A folder outside the home that other users can pass through: homes are for their owner alone, and so is root's.
///
/// # Errors
/// When something else is at that path: anybody may write to /var/tmp.
pub fn passable_folder(wanted_by: &Path) -> Result<PathBuf> {
    let dir = passable_path(wanted_by);
    match DirBuilder::new().mode(0o755).create(&dir) {
        Ok(()) => fs::set_permissions(&dir, fs::Permissions::from_mode(0o755))?,
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            let found = fs::symlink_metadata(&dir)?;
            if !found.is_dir() || found.uid() != own_uid() || found.mode() & 0o022 != 0 {
                bail!("{} was not made by us: remove it", dir.display());
            }
        }
        Err(error) => return Err(error).with_context(|| format!("can't make {}", dir.display())),
    }
    Ok(dir)
}

/// Where [`passable_folder`] is or would be.
pub(crate) fn passable_path(wanted_by: &Path) -> PathBuf {
    Path::new("/var/tmp").join(format!("fetchcatch-{}", short_hash(wanted_by)))
}

fn ask_id(what: &str, name: &str) -> Option<u32> {
    let output = Command::new("id").args([what, name]).stderr(Stdio::null()).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}
