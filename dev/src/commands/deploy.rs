//! `cargo dev deploy`: a stage of samconfig.toml, to the AWS account of the environment's credentials.

use std::process::ExitCode;

use anyhow::{Context as _, Result, ensure};
use tokio::process::Command;

use crate::aws_tools::{Architecture, Sam};
use crate::generate::template;
use crate::settings::Settings;
use crate::stack::console;
use crate::{lambdas, samconfig, tools};

/// Deploy what was built
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// A stage of samconfig.toml
    #[arg(long, default_value = "dev")]
    stage: String,
    /// What the functions were built for
    #[arg(long, value_enum, default_value_t = Architecture::Arm64)]
    arch: Architecture,
    /// Who owns the first workspace
    #[arg(long, value_name = "EMAIL")]
    owner: Option<String>,
    /// What this deployment is called; the commit and the hour unless you say so
    #[arg(long)]
    release: Option<String>,
}

/// # Errors
/// When functions were not built, or the stage is unknown. A deployment that AWS refuses is no error but sam's exit code.
pub async fn run(settings: &Settings, arguments: &Arguments) -> Result<ExitCode> {
    let missing = lambdas::operations().filter(|name| !settings.root.join(lambdas::FOLDER).join(name).join("bootstrap").exists()).count();
    ensure!(missing == 0, "{missing} functions were not built: run `make build` first");
    let config = std::fs::read_to_string(settings.root.join(samconfig::PATH)).with_context(|| format!("can't read {}", samconfig::PATH))?;
    let mut parameters = samconfig::parameters(&config, &arguments.stage)?;
    let release = match &arguments.release {
        Some(release) => release.clone(),
        None => release(settings).await?,
    };
    parameters.extend([format!("Release={release}"), format!("Architecture={}", arguments.arch.name())]);
    parameters.extend(arguments.owner.iter().map(|owner| format!("OwnerEmail={owner}")));
    let stack = samconfig::stack_name(&config, &arguments.stage)?;
    let folder = console::build(settings).await?;
    let tools = Sam::find_or_install(settings).await?;
    let parameters = samconfig::with_defaults(parameters, &tools.parse(&settings.root.join(template::PATH)).await?);
    let mut sam = tools.command();
    sam.args(["deploy", "--config-env", &arguments.stage, "--template-file", template::PATH, "--config-file"]);
    sam.arg(settings.root.join(samconfig::PATH)).arg("--parameter-overrides").args(parameters);
    if is_first(tools.stack_status(&stack).await?.as_deref()) {
        sam.arg("--disable-rollback");
    }
    let status = sam.kill_on_drop(true).status().await.context("can't run sam")?;
    if !status.success() {
        return Ok(ExitCode::FAILURE);
    }
    let url = tools.publish_console(&stack, Some(&release), &folder, &console::files(&folder)?).await?;
    println!("the console is at {url}");
    Ok(ExitCode::SUCCESS)
}

/// Whether there is no state of the stack to go back to. What a first deployment made stays, and the next try goes on from there: a
/// database that is protected could not be taken away. CloudFormation goes on from a failure only in this way.
fn is_first(status: Option<&str>) -> bool {
    matches!(status, None | Some("REVIEW_IN_PROGRESS" | "CREATE_FAILED" | "UPDATE_FAILED"))
}

/// The commit, and when: a second deployment of the same commit reads rotated secrets anew.
async fn release(settings: &Settings) -> Result<String> {
    let mut git = Command::new("git");
    git.env("PATH", &settings.path).current_dir(&settings.root).args(["describe", "--always", "--dirty", "--abbrev=12"]);
    let commit = tools::run(git).await.unwrap_or_else(|_| "unversioned".to_owned());
    Ok(format!("{}-{}", commit.trim(), functions::app::clock().format("%Y%m%dT%H%M%SZ")))
}
