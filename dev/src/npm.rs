//! npm, for the folders of this project that have a package.json of their own.

use std::fs;

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};
use tokio::process::Command;

use crate::settings::Settings;
use crate::tools;

/// npm in a folder of the project.
#[must_use]
pub fn command(settings: &Settings, dir: &str) -> Command {
    let mut npm = Command::new("npm");
    npm.env("PATH", &settings.path).current_dir(settings.root.join(dir));
    npm
}

/// Installs exactly what the folder's lock file names, unless the last installation was of the same file.
///
/// # Errors
/// When npm is missing or fails; the message has the end of its output.
pub async fn install(settings: &Settings, dir: &str) -> Result<()> {
    let stamps = settings.target.join("npm");
    let _lock = tools::lock(&stamps).await?;
    let lock_file = fs::read(settings.root.join(dir).join("package-lock.json")).with_context(|| format!("{dir}/package-lock.json"))?;
    let (stamp, wanted) = (stamps.join(dir.replace('/', "-")), hex::encode(Sha256::digest(&lock_file)));
    if settings.root.join(dir).join("node_modules").exists() && fs::read_to_string(&stamp).is_ok_and(|last| last == wanted) {
        return Ok(());
    }
    tracing::info!("installing what {dir} needs (npm ci)");
    let mut ci = command(settings, dir);
    ci.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]);
    tools::run(ci).await.with_context(|| format!("can't install what {dir} needs (it takes Node 20 or newer: https://nodejs.org)"))?;
    Ok(fs::write(&stamp, &wanted)?)
}
