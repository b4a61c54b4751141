//! `cargo dev deploy-local`: the real template and the real binaries, behind an emulated API Gateway.

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::cargo_test::Servers;
use crate::deployment::{self, Deployment, Started};
use crate::home::Home;
use crate::lambdas;
use crate::ministack::CLIENT_ENV;
use crate::scratch::Scratch;
use crate::settings::Settings;
use crate::shutdown::Shutdown;
use crate::stack::{dev_env, examples};
use crate::summary::Summary;

use super::demo::people;

/// Deploy the real template with the real binaries to an emulator of AWS, and run the API's tests through its API Gateway.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  cargo dev deploy-local\n  cargo dev deploy-local -- stories publish_connector\n  cargo dev deploy-local --keep"
)]
pub struct Arguments {
    /// Run no tests: write the addresses and tokens to dev.env and serve until Ctrl-C
    #[arg(long)]
    keep: bool,
    /// Only tests with one of these in their names
    #[arg(last = true, conflicts_with = "keep")]
    tests: Vec<OsString>,
}

const PREFIX: &str = "deployed-stack-";

/// What `cargo dev test` repeats through the gateway: all of it takes longer than the rest of the tests together.
const PART: [&str; 6] = ["stories::", "publish_connector::", "get_me::", "not_found::", "evaluate_flow::", "apply_sync::"];

/// [`PART`], as arguments.
#[must_use]
pub fn part() -> Vec<OsString> {
    PART.map(OsString::from).into()
}

/// # Errors
/// When a server doesn't start, or the deployment is refused. Failing tests are no error but cargo's exit code.
pub async fn run(settings: &Settings, arguments: Arguments) -> Result<ExitCode> {
    let mut shutdown = Shutdown::catch()?;
    let home = Scratch::open(settings, PREFIX)?;
    let work = async {
        let mut servers = Servers::start(&home).await?;
        if arguments.keep {
            return keep(&home, &mut servers).await;
        }
        let mut summary = Summary::default();
        let code = test_deployed(&home, &servers, &arguments.tests, &mut summary).await?;
        servers.stop().await?;
        println!("{summary}");
        Ok(code)
    };
    tokio::select! {
        ended = work => ended.map(ExitCode::from),
        code = shutdown.requested() => Ok(if arguments.keep { ExitCode::SUCCESS } else { code.into() }),
    }
}

/// Deploys, and runs tests of the API one after the other: they share the one database that the deployed functions have.
///
/// # Errors
/// As [`run`].
pub async fn test_deployed(home: &Home, servers: &Servers, tests: &[OsString], summary: &mut Summary) -> Result<u8> {
    let deployment = build_and_deploy(home, servers).await?;
    // Of all packages, so that their features, and with them all that was compiled, stay the same.
    let mut arguments: Vec<OsString> = ["--workspace", "--test", "api", "--", "--test-threads=1"].map(OsString::from).into();
    arguments.extend(tests.iter().cloned());
    println!("running the API's tests through the API Gateway at {}", deployment.origin());
    servers.test(home, &arguments, &[(deployment::VARIABLE, serde_json::to_string(&deployment)?)], summary).await
}

async fn build_and_deploy(home: &Home, servers: &Servers) -> Result<Deployment> {
    println!("compiling the functions");
    lambdas::build(home.settings()).await?;
    println!("deploying {} functions to the emulator", lambdas::operations().count());
    deployment::deploy(home, &servers.postgres.admin_url, &servers.ministack.endpoint, "local").await
}

async fn keep(home: &Home, servers: &mut Servers) -> Result<u8> {
    let deployment = build_and_deploy(home, servers).await?;
    deployment.start_jobs(Started::ByNudgesAndSchedules).await?;
    let demo = people(home, &deployment.database.owner_url).await?;
    let origin = deployment.origin();
    // Not every machine knows that a name below localhost is itself.
    let http = crate::http::builder().resolve(&deployment.host, deployment.address()).build()?;
    examples::seed(&http, &origin, &demo.token).await?;
    let [first_fleet, _] = &deployment.fleets;
    let variables = [
        ("FETCHCATCH_URL", origin.as_str()),
        ("DATABASE_URL", &deployment.database.app_url),
        ("AWS_ENDPOINT_URL", &servers.ministack.endpoint),
        ("REPLICA_TABLE", &deployment.replica_table),
        ("WORKER_QUEUE_URL", first_fleet),
    ];
    let demo = demo.variables();
    let all: Vec<(&str, &str)> =
        variables.into_iter().chain(CLIENT_ENV).chain(demo.iter().map(|(name, value)| (*name, value.as_str()))).collect();
    dev_env::write(home, &all)?;
    println!("ready: {origin} (tokens and addresses: {})", home.path(dev_env::FILE).display());
    servers.ministack.ended().await;
    bail!("the emulator ended by itself")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn every_name_of_the_part_is_a_file_of_tests() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/api");
        for name in PART {
            let file = format!("{}.rs", name.trim_end_matches(':'));
            let areas = std::fs::read_dir(&folder).unwrap().map(|area| area.unwrap().path().join(&file));
            assert!(areas.chain([folder.join(&file)]).any(|path| path.exists()), "{file} is nowhere: {name} chooses no test");
        }
    }
}
