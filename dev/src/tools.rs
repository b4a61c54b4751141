//! Programs that the stack needs and installs for itself, under Cargo's build folder.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    path::Path,
    process::Stdio,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use tokio::process::Command;

/// Hold the right to change a folder of tools: two stacks of one checkout may start at the same time.
///
/// # Errors
/// When the folder can't be made or locked.
pub async fn lock(dir: &Path) -> Result<File> {
    fs::create_dir_all(dir).with_context(|| format!("can't make {}", dir.display()))?;
    let path = dir.join("lock");
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(&path)?;
    loop {
        // A blocking lock could not be cancelled by Ctrl-C.
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => tokio::time::sleep(Duration::from_millis(50)).await,
            Err(TryLockError::Error(error)) => return Err(error).with_context(|| format!("can't lock {}", path.display())),
        }
    }
}

/// Run a program to its end and return what it printed. It is ended when the caller is cancelled.
///
/// # Errors
/// When it can't be started, or fails; the message has the end of its output.
pub async fn run(mut command: Command) -> Result<String> {
    let name = command.as_std().get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).kill_on_drop(true).output().await.with_context(|| format!("can't run {name}"))?;
    let printed = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        let lines: Vec<_> = printed.lines().chain(errors.lines()).collect();
        bail!("{name} failed ({}):\n{}", output.status, lines[lines.len().saturating_sub(15)..].join("\n"));
    }
    Ok(printed.into_owned())
}

/// Copy a folder with its owners and modes.
///
/// # Errors
/// When `cp` fails.
pub async fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    let mut command = Command::new("cp");
    command.arg("-Rp").arg(from).arg(to);
    run(command).await.map(drop)
}

/// Remove a folder if it is there.
///
/// # Errors
/// When something in it can't be removed.
pub fn remove_folder(dir: &Path) -> Result<()> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error).with_context(|| format!("can't remove {}", dir.display())),
        _ => Ok(()),
    }
}
