//! The CDK app in infra/cdk, with the packages that its lock file names.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use tokio::process::Command;

use crate::settings::Settings;
use crate::tools;

/// An app whose packages are there.
#[derive(Debug, Clone)]
pub struct Cdk {
    folder: PathBuf,
    settings: Settings,
}

impl Cdk {
    /// Runs `npm ci`, unless it ran for this lock file.
    ///
    /// # Errors
    /// When npm is missing or can't download them.
    pub async fn find_or_install(settings: &Settings) -> Result<Cdk> {
        let _lock = tools::lock(&settings.tools().join("cdk")).await?;
        let cdk = Cdk { folder: settings.root.join("infra/cdk"), settings: settings.clone() };
        let wanted = fs::read(cdk.folder.join("package-lock.json")).context("infra/cdk has no package-lock.json")?;
        // Written last: an installation that was interrupted lacks it.
        let done = cdk.folder.join("node_modules/.installed-lock.json");
        if fs::read(&done).is_ok_and(|installed| installed == wanted) {
            return Ok(cdk);
        }
        tracing::info!("installing the packages of infra/cdk");
        let mut npm = cdk.command("npm");
        npm.args(["ci", "--no-audit", "--no-fund"]);
        tools::run(npm).await.context("can't install the CDK: `npm ci` in infra/cdk, which needs Node 20 or newer")?;
        fs::write(&done, wanted).with_context(|| format!("can't write {}", done.display()))?;
        Ok(cdk)
    }

    /// `cdk synth` of an app, with functions that were built into a folder: its only stack's template. Asks nobody on the network.
    ///
    /// # Errors
    /// With what TypeScript or the CDK finds.
    pub async fn synth(&self, app: &str, functions: &Path, out: &Path) -> Result<serde_json::Value> {
        // Two apps compile into one folder.
        let _lock = tools::lock(&self.settings.tools().join("cdk")).await?;
        let mut cdk = self.command("npx");
        cdk.args(["--no-install", "cdk", "synth", "--quiet", "--no-notices", "--app"]);
        cdk.arg(format!("npm run --silent build && node dist/{app}.js"));
        cdk.arg("--context").arg(format!("functions={}", functions.display())).arg("--output").arg(out);
        tools::run(cdk).await?;
        let template = template_in(out)?;
        serde_json::from_slice(&fs::read(&template)?).with_context(|| format!("{} is no JSON", template.display()))
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.folder).env("PATH", &self.settings.path);
        // Not the machine's region or account, and nothing said to anybody.
        command.env_remove("AWS_PROFILE").env("CDK_DISABLE_CLI_TELEMETRY", "true").env("CI", "true");
        command
    }
}

/// The stack's template in what was synthesised.
///
/// # Errors
/// When there is none.
pub fn template_in(out: &Path) -> Result<PathBuf> {
    let entries = fs::read_dir(out).with_context(|| format!("can't list {}", out.display()))?;
    let mut paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    paths.find(|path| path.to_string_lossy().ends_with(".template.json")).with_context(|| format!("{} holds no template", out.display()))
}
