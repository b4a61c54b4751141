//! Amazon's Lambda Runtime Interface Emulator: one function's binary, as Lambda runs it. It comes with AWS's SAM CLI.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use tokio::process::{Child, Command};
use tokio::time::Instant;

use crate::aws_tools::Sam;
use crate::ports;
use crate::process::{Identity, Signal};
use crate::settings::Settings;

const PATIENCE: Duration = Duration::from_secs(30);

/// A function that waits for events. Dropping it ends it.
#[derive(Debug)]
pub struct RuntimeEmulator {
    process: Child,
    identity: Identity,
    url: String,
    http: reqwest::Client,
}

impl RuntimeEmulator {
    /// Starts the binary with these variables and no others of ours.
    ///
    /// # Errors
    /// When the emulator can't be installed or doesn't serve.
    pub async fn start(settings: &Settings, binary: &Path, env: &BTreeMap<&str, String>) -> Result<RuntimeEmulator> {
        let program = program(settings).await?;
        // Both ports on the loopback interface: left to itself it serves on all.
        let (runtime, invocations) = (ports::pick(None)?, ports::pick(None)?);
        let mut command = Command::new(program);
        command.arg("--runtime-api-address").arg(format!("127.0.0.1:{runtime}"));
        command.arg("--runtime-interface-emulator-address").arg(format!("127.0.0.1:{invocations}"));
        command.args(["--log-level", "error"]).arg(binary);
        command.env_clear().env("PATH", &settings.path).env("AWS_LAMBDA_FUNCTION_TIMEOUT", "60").envs(env);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0).kill_on_drop(true);
        let process = command.spawn().context("can't start the runtime emulator")?;
        let identity = process.id().and_then(Identity::of).context("the runtime emulator ended at once")?;
        let url = format!("http://127.0.0.1:{invocations}/2015-03-31/functions/function/invocations");
        let mut emulator = RuntimeEmulator { process, identity, url, http: crate::http::builder().timeout(PATIENCE).build()? };
        let deadline = Instant::now() + PATIENCE;
        // Not by binding the port: that could take it from the emulator.
        while tokio::net::TcpStream::connect((Ipv4Addr::LOCALHOST, invocations)).await.is_err() {
            ensure!(Instant::now() < deadline, "the runtime emulator doesn't serve");
            ensure!(emulator.process.try_wait()?.is_none(), "the runtime emulator ended instead of serving");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(emulator)
    }

    /// What the function answers to this event.
    ///
    /// # Errors
    /// When it doesn't answer, or with no JSON. A function's error is its answer: an object with `errorMessage`.
    pub async fn invoke(&self, event: &Value) -> Result<Value> {
        let answer = self.http.post(&self.url).json(event).send().await?.text().await?;
        serde_json::from_str(&answer).with_context(|| format!("the function answered {answer:?}"))
    }

    /// Ends it and its function.
    ///
    /// # Errors
    /// When it can't be signalled.
    pub async fn stop(mut self) -> Result<()> {
        self.identity.signal_group(Signal::Terminate)?;
        if tokio::time::timeout(Duration::from_secs(5), self.process.wait()).await.is_err() {
            self.identity.signal_group(Signal::Kill)?;
            self.process.wait().await?;
        }
        Ok(())
    }
}

impl Drop for RuntimeEmulator {
    fn drop(&mut self) {
        // Nothing happens when it has ended.
        let _ = self.identity.signal_group(Signal::Kill);
    }
}

async fn program(settings: &Settings) -> Result<PathBuf> {
    let architecture = if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" };
    let program = Sam::find_or_install(settings).await?.package().await?.join("local/rapid").join(format!("aws-lambda-rie-{architecture}"));
    ensure!(program.exists(), "this SAM CLI comes without {}", program.display());
    Ok(program)
}
