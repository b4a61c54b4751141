//! The real template with the real binaries, deployed to the emulator: `make deploy-local`.

mod emulator;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use tokio::process::Command;

use self::emulator::Emulator;
use crate::aws_tools::Sam;
use crate::generate::template;
use crate::home::Home;
use crate::lambdas;
use crate::ministack::CLIENT_ENV;
use crate::stack::cloud::Cloud;
use crate::stack::database::{Database, ensure_roles};
use crate::tools;

/// Of the stack; its functions' names begin with it.
pub const STACK: &str = "fetchcatch-local";
/// Who is told the deployment by this variable uses it.
pub const VARIABLE: &str = "FETCHCATCH_DEPLOYMENT";
pub const CONSOLE_URL: &str = "https://console.example";
const SECOND_FLEET: &str = "fetchcatch-local-second-fleet";

/// What has been deployed, for those who use it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Deployment {
    /// The name of the API behind the emulator's gateway. It stands for 127.0.0.1, which not every resolver knows.
    pub host: String,
    /// The emulator's.
    pub port: u16,
    pub replica_table: String,
    /// The queues of both fleets that are told of every version.
    pub fleets: [String; 2],
    pub database: Database,
    /// The database's; another deployment on the same server has another one.
    pub database_name: String,
}

impl Deployment {
    /// `http://<host>:<port>`
    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://{}:{}", self.host, self.port)
    }

    /// Where the host is.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    /// Lets nudges and schedules start the jobs, or keeps them from it.
    ///
    /// # Errors
    /// When the emulator refuses.
    pub async fn start_jobs(&self, started: Started) -> Result<()> {
        let emulator = Emulator::at(&format!("http://127.0.0.1:{}", self.port))?;
        for uuid in emulator.event_sources(&function("job", "DispatchOutbox")).await? {
            emulator.enable_event_source(&uuid, started != Started::ByNobody).await?;
        }
        for rule in emulator.rules(STACK).await? {
            emulator.enable_rule(&rule, started == Started::ByNudgesAndSchedules).await?;
        }
        Ok(())
    }
}

/// Who starts the jobs of a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Started {
    ByNobody,
    ByNudges,
    ByNudgesAndSchedules,
}

/// A function's name in the deployment, which an operator calls it by.
#[must_use]
pub fn function(kind: &str, name: &str) -> String {
    format!("{STACK}-{kind}-{name}")
}

/// Deploys what was built to the emulator, over a database of its own on this server.
///
/// # Errors
/// When a tool can't be installed, or the deployment is refused; the message has the end of what sam said.
pub async fn deploy(home: &Home, admin_url: &str, endpoint: &str, release: &str) -> Result<Deployment> {
    let settings = home.settings();
    let template = home.path("infra").join("template.yaml");
    std::fs::create_dir_all(home.path("infra"))?;
    std::fs::copy(settings.root.join(template::PATH), &template).context("can't read the template")?;
    lambdas::lay_out(settings, home.dir())?;

    ensure_roles(admin_url).await?;
    let database_name = format!("fetchcatch_deployed_{}", home.id());
    let database = Database::create(admin_url, &database_name, None).await?;
    let emulator = Emulator::at(endpoint)?;
    let mut parameters = parameters(release);
    for (name, url) in
        [("AppDatabaseSecret", &database.app_url), ("JobsDatabaseSecret", &database.jobs_url), ("OwnerDatabaseSecret", &database.owner_url)]
    {
        parameters.push(format!("{name}={}", emulator.secret(name, url).await?));
    }
    let second = Cloud::at(endpoint).await.queue(SECOND_FLEET).await?;
    parameters.push(format!("MoreWorkerQueueUrls={second}"));
    parameters.push(format!("MoreWorkerQueueArns={}", emulator.queue_arn(&second).await?));

    let sam = Sam::find_or_install(settings).await?;
    let mut command = at(&sam, endpoint);
    command.args(["deploy", "--stack-name", STACK, "--resolve-s3", "--capabilities", "CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]);
    command.args(["--no-confirm-changeset", "--no-fail-on-empty-changeset", "--no-progressbar", "--template-file"]).arg(&template);
    tools::run({
        command.arg("--parameter-overrides").args(&parameters);
        command
    })
    .await
    .context("the deployment was refused")?;
    let outputs = outputs(&sam, endpoint).await?;
    let output = |name: &str| outputs.get(name).cloned().with_context(|| format!("the stack has no output {name}"));
    let port = endpoint.rsplit_once(':').and_then(|(_, port)| port.parse().ok()).context("an emulator without a port")?;
    Ok(Deployment {
        host: format!("{}.execute-api.localhost", api_id(&output("ApiUrl")?)?),
        port,
        replica_table: output("ReplicaTableName")?,
        fleets: [output("WorkerQueueUrl")?, second],
        database,
        database_name,
    })
}

fn parameters(release: &str) -> Vec<String> {
    let architecture = if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" };
    vec![
        format!("Release={release}"),
        format!("Architecture={architecture}"),
        format!("ConsoleUrl={CONSOLE_URL}"),
        "DeletionProtection=false".to_owned(),
    ]
}

/// `sam`, which speaks to the emulator.
#[must_use]
pub fn at(sam: &Sam, endpoint: &str) -> Command {
    let mut command = sam.command();
    command.env("AWS_ENDPOINT_URL", endpoint).env_remove("AWS_PROFILE").envs(CLIENT_ENV);
    command.env("AWS_DEFAULT_REGION", CLIENT_ENV[0].1);
    command
}

async fn outputs(sam: &Sam, endpoint: &str) -> Result<BTreeMap<String, String>> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Output {
        output_key: String,
        output_value: String,
    }
    let mut command = at(sam, endpoint);
    command.args(["list", "stack-outputs", "--stack-name", STACK, "--output", "json"]);
    let printed = tools::run(command).await?;
    let outputs: Vec<Output> = serde_json::from_str(&printed).with_context(|| format!("these are no outputs of a stack: {printed}"))?;
    Ok(outputs.into_iter().map(|output| (output.output_key, output.output_value)).collect())
}

/// The first label of the API's address.
fn api_id(url: &str) -> Result<&str> {
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    host.split_once('.').map(|(id, _)| id).with_context(|| format!("{url} is no address of an API"))
}
