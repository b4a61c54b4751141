//! What deploys: AWS's own command for SAM templates, its linter, and the compiler's driver for Lambda.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use tokio::process::Command;

use crate::python::{self, Installed, Tool};
use crate::settings::Settings;
use crate::stack::console;
use crate::tools;

pub const SAM: Tool = Tool {
    name: "AWS SAM CLI",
    folder: "sam-1.170.0-cfn-lint-1.58.0",
    packages: &["aws-sam-cli==1.170.0", "cfn-lint==1.58.0"],
    module: "samcli, cfnlint",
    serves: "which checks the template and deploys it",
};

pub const CARGO_LAMBDA: Tool = Tool {
    name: "cargo-lambda",
    folder: "cargo-lambda-1.9.2",
    packages: &["cargo-lambda==1.9.2", "ziglang==0.17.0"],
    module: "ziglang",
    serves: "which builds the functions for Lambda",
};

/// What makes one plain CloudFormation template of ours, SAM's own resources included.
const TRANSFORM: &str = include_str!("aws_tools/transform.py");
/// What asks how a stack is, with the AWS client that SAM came with.
const STACK_STATUS: &str = include_str!("aws_tools/stack_status.py");
/// What brings files into a stack's bucket, with the AWS client that SAM came with.
const PUBLISH_CONSOLE: &str = include_str!("aws_tools/publish_console.py");
/// A linter and a translator ask for a region and send nothing anywhere.
const REGION: &str = "us-east-1";

/// The environment in which SAM and its linter are.
#[derive(Debug, Clone)]
pub struct Sam {
    installed: Installed,
    settings: Settings,
}

impl Sam {
    /// # Errors
    /// When it can't be installed.
    pub async fn find_or_install(settings: &Settings) -> Result<Sam> {
        Ok(Sam { installed: python::find_or_install(settings, &SAM).await?, settings: settings.clone() })
    }

    /// `sam`, without its telemetry.
    #[must_use]
    pub fn command(&self) -> Command {
        let mut command = self.python();
        command.args(["-m", "samcli"]).env("SAM_CLI_TELEMETRY", "0");
        command
    }

    /// What CloudFormation says of a stack, such as `UPDATE_COMPLETE`; nothing where there is none.
    ///
    /// # Errors
    /// When AWS can't be asked.
    pub async fn stack_status(&self, stack: &str) -> Result<Option<String>> {
        let mut command = self.python();
        command.args(["-c", STACK_STATUS, stack]);
        let printed = tools::run(command).await.with_context(|| format!("AWS does not say how the stack {stack} is"))?;
        Ok(Some(printed.trim().to_owned()).filter(|status| !status.is_empty()))
    }

    /// Where its package is.
    ///
    /// # Errors
    /// When Python can't tell.
    pub async fn package(&self) -> Result<PathBuf> {
        let mut command = self.python();
        command.args(["-c", "import os, samcli; print(os.path.dirname(samcli.__file__))"]);
        Ok(tools::run(command).await?.trim().into())
    }

    /// An interpreter that finds SAM's packages, the AWS client among them.
    #[must_use]
    pub fn python(&self) -> Command {
        let mut command = self.installed.command(&self.settings);
        command.current_dir(&self.settings.root).envs(self.settings.aws_region.iter().map(|region| ("AWS_DEFAULT_REGION", region)));
        command
    }

    /// `sam validate --lint`.
    ///
    /// # Errors
    /// With what it finds.
    pub async fn validate(&self, template: &Path) -> Result<()> {
        let mut command = self.command();
        command.env("AWS_DEFAULT_REGION", REGION).args(["validate", "--lint", "--template-file"]).arg(template);
        tools::run(command).await.map(drop)
    }

    /// `cfn-lint`, for these regions, without these of its rules.
    ///
    /// # Errors
    /// With what it finds, warnings too.
    pub async fn lint(&self, template: &Path, regions: &[&str], unless: &[&str]) -> Result<()> {
        let mut command = self.python();
        command.args(["-c", "import sys; from cfnlint.runner import main; sys.exit(main())", "--regions"]).args(regions);
        if !unless.is_empty() {
            command.arg("--ignore-checks").args(unless);
        }
        command.arg("--template").arg(template);
        tools::run(command).await.map(drop)
    }

    /// The template as it is written, as JSON.
    ///
    /// # Errors
    /// When it is no YAML.
    pub async fn parse(&self, template: &Path) -> Result<serde_json::Value> {
        self.json("written", template).await
    }

    /// What CloudFormation makes of the template, as JSON.
    ///
    /// # Errors
    /// When SAM refuses it.
    pub async fn transform(&self, template: &Path) -> Result<serde_json::Value> {
        self.json("transformed", template).await
    }

    /// Puts the console's files where a stack's distribution finds them, the pages last, and has it ask for the pages again. Answers
    /// where the console is.
    ///
    /// # Errors
    /// When the stack is at another release than asked for (who deploys may have said no to it), has no such outputs, or AWS refuses.
    pub async fn publish_console(&self, stack: &str, release: Option<&str>, folder: &Path, files: &[console::File]) -> Result<String> {
        let mut command = self.python();
        command.args(["-c", PUBLISH_CONSOLE, stack, release.unwrap_or_default()]).arg(folder).arg(serde_json::to_string(files)?);
        let printed = tools::run(command).await.context("the console's files are not all there; deploy again")?;
        Ok(printed.trim().to_owned())
    }

    async fn json(&self, how: &str, template: &Path) -> Result<serde_json::Value> {
        let mut command = self.python();
        command.env("AWS_DEFAULT_REGION", REGION).args(["-c", TRANSFORM, how]).arg(template);
        serde_json::from_str(&tools::run(command).await?).with_context(|| format!("the {how} template is no JSON"))
    }
}

/// How the functions are compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Architecture {
    #[value(name = "arm64")]
    Arm64,
    #[value(name = "x86_64")]
    X86_64,
}

impl Architecture {
    /// As the template's parameter spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Architecture::Arm64 => "arm64",
            Architecture::X86_64 => "x86_64",
        }
    }
}

/// One `cargo lambda build` for all functions: `target/lambda/<operation>/bootstrap`, where the template finds them.
///
/// # Errors
/// When the tool can't be installed.
pub async fn build(settings: &Settings, architecture: Architecture, profile: &str) -> Result<Command> {
    let installed = python::find_or_install(settings, &CARGO_LAMBDA).await?;
    let program: PathBuf = match &installed.library {
        Some(library) => library.join("bin/cargo-lambda"),
        None => installed.python.with_file_name("cargo-lambda"),
    };
    let path = installed.command(settings).as_std().get_envs().find(|(name, _)| *name == "PATH").and_then(|(_, path)| path.map(Into::into));
    let mut command = Command::new(program);
    command.current_dir(&settings.root).env("PATH", path.unwrap_or_else(|| settings.path.clone()));
    command.args(["lambda", "build", "--package", "functions", "--bins", "--profile", profile]);
    command.arg(match architecture {
        Architecture::Arm64 => "--arm64",
        Architecture::X86_64 => "--x86-64",
    });
    for name in &settings.from_cargo {
        command.env_remove(name);
    }
    Ok(command)
}
