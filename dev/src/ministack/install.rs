//! MiniStack's Python package, in an environment of its own.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Result, bail};
use serde::{Deserialize, Serialize};
use tokio::process::Command;

use crate::{home::write_private, settings::Settings, tools};

/// The version that the tests were written against.
pub const VERSION: &str = "1.5.33";
const PYTHONS: [&str; 6] = ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python"];
const MISSING_PYTHON: &str = "no Python 3.11 or newer on PATH, which MiniStack (the local DynamoDB and SQS) needs. Install one: \
     Debian `apt install python3 python3-venv`, macOS `brew install python@3.13`, or https://www.python.org/downloads/";

/// How to run it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Installed {
    /// The interpreter.
    pub python: PathBuf,
    /// Where its packages are, if not in the interpreter's own environment.
    pub library: Option<PathBuf>,
}

/// The package, installed on first use.
///
/// # Errors
/// When there is no usable Python, or the package can't be downloaded.
pub async fn find_or_install(settings: &Settings) -> Result<Installed> {
    let tools_dir = settings.tools();
    let _lock = tools::lock(&tools_dir).await?;
    let dir = tools_dir.join(format!("ministack-{VERSION}"));
    // Written last: a folder without it was interrupted. Environments hold their own path, so they can't be made aside and moved.
    let done = dir.join("installed.json");
    if let Some(installed) = fs::read(&done).ok().and_then(|text| serde_json::from_slice::<Installed>(&text).ok())
        && works(&installed).await
    {
        return Ok(installed);
    }
    let python = python(settings).await?;
    tracing::info!("installing MiniStack {VERSION} into {}", dir.display());
    tools::remove_folder(&dir)?;
    fs::create_dir(&dir)?;
    let installed = match with_venv(&python, &dir).await {
        Ok(installed) => installed,
        // Debian ships `venv` without the part that puts pip into it.
        Err(venv) => with_target(&python, &dir).await.map_err(|target| {
            anyhow::anyhow!("can't install MiniStack {VERSION}.\nWith a virtual environment: {venv:#}\nWith pip alone: {target:#}\nInstall python3-venv or pip.")
        })?,
    };
    if !works(&installed).await {
        bail!("MiniStack was installed into {} but can't be imported by {}", dir.display(), installed.python.display());
    }
    write_private(&done, &serde_json::to_vec(&installed)?)?;
    Ok(installed)
}

async fn python(settings: &Settings) -> Result<PathBuf> {
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
    bail!(MISSING_PYTHON)
}

async fn with_venv(python: &Path, dir: &Path) -> Result<Installed> {
    let venv = dir.join("venv");
    let mut make = Command::new(python);
    make.args(["-m", "venv"]).arg(&venv);
    tools::run(make).await?;
    let inside = venv.join("bin/python");
    let mut pip = Command::new(&inside);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).arg(package());
    tools::run(pip).await?;
    Ok(Installed { python: inside, library: None })
}

async fn with_target(python: &Path, dir: &Path) -> Result<Installed> {
    let library = dir.join("library");
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target"]).arg(&library).arg(package());
    tools::run(pip).await?;
    Ok(Installed { python: python.to_owned(), library: Some(library) })
}

async fn works(installed: &Installed) -> bool {
    let mut command = Command::new(&installed.python);
    command.args(["-c", "import ministack"]);
    if let Some(library) = &installed.library {
        command.env("PYTHONPATH", library);
    }
    tools::run(command).await.is_ok()
}

fn package() -> String {
    format!("ministack=={VERSION}")
}
