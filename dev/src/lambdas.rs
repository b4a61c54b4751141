//! The functions as binaries of this machine.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, Result, ensure};
use functions::routes::{ENDPOINTS, JOBS};
use tokio::process::Command;

use crate::settings::Settings;

/// Where the template looks for them: a folder each, with the program `bootstrap`.
pub const FOLDER: &str = "target/lambda";

/// The names of all binaries of the table.
pub fn operations() -> impl Iterator<Item = &'static str> {
    ENDPOINTS.iter().map(|endpoint| endpoint.operation).chain(["not_found"]).chain(JOBS.iter().map(|job| job.name))
}

/// Compiles them with the profile and the features of the tests, so that nothing is compiled twice. What `cargo lambda build` makes for
/// a deployment differs in how it is optimised and in the system that it is linked for.
///
/// # Errors
/// When something doesn't compile; the compiler has said what.
pub async fn build(settings: &Settings) -> Result<()> {
    build_as(settings, "dev", &[]).await
}

/// The same with another profile, and more than the binaries.
///
/// # Errors
/// As [`build`].
pub async fn build_as(settings: &Settings, profile: &str, more: &[&str]) -> Result<()> {
    let mut cargo = Command::new(&settings.cargo);
    cargo.current_dir(&settings.root).args(["build", "--workspace", "--bins", "--quiet", "--profile", profile]).args(more);
    cargo.stdin(Stdio::null()).kill_on_drop(true);
    for name in &settings.from_cargo {
        cargo.env_remove(name);
    }
    let status = cargo.status().await.context("can't run cargo")?;
    ensure!(status.success(), "the functions don't compile ({status})");
    Ok(())
}

/// A binary of the last [`build`].
#[must_use]
pub fn binary(settings: &Settings, operation: &str) -> PathBuf {
    settings.target.join("debug").join(operation)
}

/// Puts all binaries of the last [`build`] where a template in `root`/infra looks for them.
///
/// # Errors
/// When one is missing or can't be put there.
pub fn lay_out(settings: &Settings, root: &Path) -> Result<()> {
    operations().try_for_each(|operation| {
        let folder = root.join(FOLDER).join(operation);
        std::fs::create_dir_all(&folder).with_context(|| format!("can't make {}", folder.display()))?;
        link(&binary(settings, operation), &folder.join("bootstrap"))
    })
}

/// A second name of the file where the file system has such, else a copy.
fn link(from: &Path, to: &Path) -> Result<()> {
    let linked = std::fs::hard_link(from, to).or_else(|_| std::fs::copy(from, to).map(drop));
    linked.with_context(|| format!("can't put {} to {}", from.display(), to.display()))
}
