//! Tools that come as Python packages, each in an environment of its own under Cargo's build folder.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Result, bail};
use serde::{Deserialize, Serialize};
use tokio::process::Command;

use crate::{home::write_private, settings::Settings, tools};

const PYTHONS: [&str; 6] = ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python"];

/// What is installed together.
#[derive(Debug, Clone, Copy)]
pub struct Tool {
    /// As people call it.
    pub name: &'static str,
    /// Of its folder: the versions that it was tried with are in it.
    pub folder: &'static str,
    /// What pip installs.
    pub packages: &'static [&'static str],
    /// What can be imported when it is there.
    pub module: &'static str,
    /// What people need it for, for those who lack Python.
    pub serves: &'static str,
}

/// How to run it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Installed {
    /// The interpreter.
    pub python: PathBuf,
    /// Where its packages are, if not in the interpreter's own environment.
    pub library: Option<PathBuf>,
}

impl Installed {
    /// The interpreter, which finds the packages; programs that came with them are found on its PATH before the machine's.
    #[must_use]
    pub fn command(&self, settings: &Settings) -> Command {
        let mut command = Command::new(&self.python);
        let programs = match &self.library {
            Some(library) => library.join("bin"),
            None => self.python.parent().map(Path::to_owned).unwrap_or_default(),
        };
        let mut path = OsString::from(programs);
        path.push(":");
        path.push(&settings.path);
        command.env("PATH", path);
        if let Some(library) = &self.library {
            command.env("PYTHONPATH", library);
        }
        command
    }
}

/// The tool, installed on first use.
///
/// # Errors
/// When there is no usable Python, or the packages can't be downloaded.
pub async fn find_or_install(settings: &Settings, tool: &Tool) -> Result<Installed> {
    let tools_dir = settings.tools();
    let _lock = tools::lock(&tools_dir).await?;
    let dir = tools_dir.join(tool.folder);
    // Written last: a folder without it was interrupted. Environments hold their own path, so they can't be made aside and moved.
    let done = dir.join("installed.json");
    if let Some(installed) = fs::read(&done).ok().and_then(|text| serde_json::from_slice::<Installed>(&text).ok())
        && works(settings, tool, &installed).await
    {
        return Ok(installed);
    }
    let python = python(settings, tool).await?;
    tracing::info!("installing {} into {}", tool.packages.join(", "), dir.display());
    tools::remove_folder(&dir)?;
    fs::create_dir(&dir)?;
    let installed = match with_venv(&python, &dir, tool).await {
        Ok(installed) => installed,
        // Debian ships `venv` without the part that puts pip into it.
        Err(venv) => with_target(&python, &dir, tool).await.map_err(|target| {
            anyhow::anyhow!(
                "can't install {}.\nWith a virtual environment: {venv:#}\nWith pip alone: {target:#}\nInstall python3-venv or pip.",
                tool.name
            )
        })?,
    };
    if !works(settings, tool, &installed).await {
        bail!("{} was installed into {} but can't be imported by {}", tool.name, dir.display(), installed.python.display());
    }
    write_private(&done, &serde_json::to_vec(&installed)?)?;
    Ok(installed)
}

async fn python(settings: &Settings, tool: &Tool) -> Result<PathBuf> {
    for name in PYTHONS {
        let mut command = Command::new(name);
        command.env("PATH", &settings.path).args(["-c", "import sys; print(sys.executable if sys.version_info >= (3, 11) else '')"]);
        // A shim (pyenv) prints the interpreter behind it, which goes on working when the shim is switched.
        if let Ok(printed) = tools::run(command).await
            && !printed.trim().is_empty()
        {
            return Ok(printed.trim().into());
        }
    }
    bail!(
        "no Python 3.11 or newer on PATH, which {} ({}) needs. Install one: Debian `apt install python3 python3-venv`, \
         macOS `brew install python@3.13`, or https://www.python.org/downloads/",
        tool.name,
        tool.serves
    )
}

async fn with_venv(python: &Path, dir: &Path, tool: &Tool) -> Result<Installed> {
    let venv = dir.join("venv");
    let mut make = Command::new(python);
    make.args(["-m", "venv"]).arg(&venv);
    tools::run(make).await?;
    let inside = venv.join("bin/python");
    let mut pip = Command::new(&inside);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(tool.packages);
    tools::run(pip).await?;
    Ok(Installed { python: inside, library: None })
}

async fn with_target(python: &Path, dir: &Path, tool: &Tool) -> Result<Installed> {
    let library = dir.join("library");
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target"]).arg(&library).args(tool.packages);
    tools::run(pip).await?;
    Ok(Installed { python: python.to_owned(), library: Some(library) })
}

async fn works(settings: &Settings, tool: &Tool, installed: &Installed) -> bool {
    let mut command = installed.command(settings);
    command.arg("-c").arg(format!("import {}", tool.module));
    tools::run(command).await.is_ok()
}
