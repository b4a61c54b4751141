//! The browser that drives the console: the machine's own, never a download of its own.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use rustix::process::geteuid;
use tokio::process::Command;

use crate::settings::Settings;
use crate::tools;

/// As Debian, Fedora, Google and macOS name it.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const ON_MACOS: [&str; 2] =
    ["/Applications/Chromium.app/Contents/MacOS/Chromium", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];
/// It draws no letters without a font.
const PACKAGES: [&str; 2] = ["chromium", "fonts-liberation"];

/// The browser of `CHROMIUM`, or one that is installed. As root on Debian a missing one is installed from its packages.
///
/// # Errors
/// When there is none; the message says how to get it.
pub async fn find_or_install(settings: &Settings) -> Result<PathBuf> {
    if let Some(named) = &settings.chromium {
        ensure!(named.exists(), "CHROMIUM is {}, and there is no such program", named.display());
        return Ok(named.clone());
    }
    if let Some(found) = find(settings) {
        return Ok(found);
    }
    if !geteuid().is_root() || on_path(settings, "apt-get").is_none() {
        bail!(
            "no Chromium, which drives the console. Install one: Debian `apt-get install {}`, macOS `brew install --cask chromium`; \
             or say where it is: CHROMIUM=/path/to/it",
            PACKAGES.join(" ")
        );
    }
    tracing::info!("installing {} (apt-get)", PACKAGES.join(" and "));
    apt_get(settings, &["update", "--quiet"]).await?;
    let mut install = vec!["install", "--yes", "--quiet", "--no-install-recommends"];
    install.extend(PACKAGES);
    apt_get(settings, &install).await?;
    find(settings).context("apt-get installed chromium, and there still is no such program: say where it is with CHROMIUM")
}

fn find(settings: &Settings) -> Option<PathBuf> {
    let installed = NAMES.iter().find_map(|name| on_path(settings, name));
    installed.or_else(|| ON_MACOS.iter().map(PathBuf::from).find(|program| program.exists()))
}

fn on_path(settings: &Settings, name: &str) -> Option<PathBuf> {
    std::env::split_paths(&settings.path).map(|dir| dir.join(name)).find(|program: &PathBuf| Path::is_file(program))
}

async fn apt_get(settings: &Settings, arguments: &[&str]) -> Result<()> {
    let mut apt = Command::new("apt-get");
    apt.env("PATH", &settings.path).env("DEBIAN_FRONTEND", "noninteractive").args(arguments);
    tools::run(apt).await.map(drop).context("can't install Chromium from Debian's packages")
}
