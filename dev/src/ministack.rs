//! MiniStack, which speaks DynamoDB and SQS, as a child process.
//!
//! It keeps everything in memory: the truth is in Postgres, and the replica is reconciled at each start.

mod install;

use std::{ffi::OsString, time::Duration};

use anyhow::{Result, bail};
use serde::Deserialize;
use tokio::time::Instant;

use crate::{
    children::{self, Child, Inherit, Output, Spec},
    home::Home,
    ports,
    process::Signal,
    python::{self, Installed},
};

/// How long it may take until it answers; importing its services is most of that.
const START: Duration = Duration::from_secs(60);
const NAME: &str = "ministack";

/// An emulator that answers. Dropping it stops it.
#[derive(Debug)]
pub struct MiniStack {
    /// What clients take as `AWS_ENDPOINT_URL`.
    pub endpoint: String,
    child: Child,
}

/// What a client of the emulator has in its environment. The emulator checks no secret; the account of a key id that isn't
/// twelve digits is 000000000000.
pub const CLIENT_ENV: [(&str, &str); 3] = [("AWS_REGION", "us-east-1"), ("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test")];

impl MiniStack {
    /// Use the one that an earlier run of this home left behind, or start one.
    ///
    /// # Errors
    /// When it can't be installed or doesn't start; the message says what to install, or what it printed.
    pub async fn start(home: &Home) -> Result<Self> {
        let left = children::recorded(home, NAME)?;
        let before = left.as_ref().and_then(|child| child.record().port).or_else(|| remembered_port(home));
        if let Some(child) = left {
            match child.record().port {
                Some(port) if answers(port, &label(home)).await => return Ok(Self { endpoint: endpoint(port), child }),
                _ => child.stop().await?,
            }
        }
        let installed = python::find_or_install(home.settings(), &install::MINISTACK).await?;
        let mut wanted = before;
        for _ in 0..5 {
            let port = ports::pick(wanted.take())?;
            if let Some(started) = serve(home, &installed, port).await? {
                home.write_private("ministack.port", port.to_string().as_bytes())?;
                return Ok(started);
            }
        }
        bail!("every port that was free a moment ago was taken by another process")
    }

    /// Its process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.record().identity.pid
    }

    /// Wait until it ends without having been asked to.
    pub async fn ended(&mut self) {
        self.child.wait().await;
    }

    /// End it.
    ///
    /// # Errors
    /// When it doesn't end.
    pub async fn stop(self) -> Result<()> {
        self.child.stop().await
    }
}

/// `None` when somebody else took the port first.
async fn serve(home: &Home, installed: &Installed, port: u16) -> Result<Option<MiniStack>> {
    let log = home.path("ministack.log");
    let scratch = home.path("ministack");
    std::fs::create_dir_all(&scratch)?;
    let var = |name: &str, value: OsString| (OsString::from(name), value);
    let mut env = vec![
        var("PATH", home.settings().path.clone()),
        var("HOME", scratch.clone().into()),
        var("TMPDIR", scratch.clone().into()),
        var("PYTHONUNBUFFERED", "1".into()),
        var("BIND_HOST", "127.0.0.1".into()),
        var("GATEWAY_PORT", port.to_string().into()),
        // The host in the addresses that it hands out. APIs are names below it: below a number there are none.
        var("MINISTACK_HOST", "localhost".into()),
        // Where the functions that it runs find it.
        var("AWS_ENDPOINT_URL", endpoint(port).into()),
        // It would listen on every interface, whatever BIND_HOST says.
        var("IOT_MTLS_ENABLED", "0".into()),
        // Only its health answer repeats this: how we tell ours from another one on the same port.
        var("MINISTACK_EDITION", label(home).into()),
    ];
    env.extend(installed.library.iter().map(|library| var("PYTHONPATH", library.into())));
    let mut child = children::spawn(
        home,
        Spec {
            name: NAME,
            program: installed.python.clone().into(),
            args: vec!["-m".into(), "ministack".into()],
            inherit: Inherit::Nothing,
            env,
            dir: &scratch,
            account: None,
            port: Some(port),
            stop: Signal::Terminate,
            output: Output::Log(log.clone()),
        },
    )?;
    let deadline = Instant::now() + START;
    while !answers(port, &label(home)).await {
        if !child.is_running() {
            return if ports::is_taken(port) { Ok(None) } else { children::ended_early("MiniStack", &log) };
        }
        if Instant::now() >= deadline {
            bail!("MiniStack doesn't answer on port {port}; see {}", log.display());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(Some(MiniStack { endpoint: endpoint(port), child }))
}

/// Whether this home's emulator serves on this port and has finished starting.
async fn answers(port: u16, label: &str) -> bool {
    #[derive(Deserialize)]
    struct Health {
        edition: String,
        ready_scripts: Scripts,
    }
    #[derive(Deserialize)]
    struct Scripts {
        status: String,
    }
    let ask = async {
        // A proxy that the environment names is not for loopback.
        let client = crate::http::builder().timeout(Duration::from_secs(5)).build()?;
        client.get(format!("{}/_ministack/health", endpoint(port))).send().await?.json::<Health>().await
    };
    ask.await.is_ok_and(|health| health.edition == label && health.ready_scripts.status == "completed")
}

fn endpoint(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

/// Also names the version: one that was left behind by an older checkout is not adopted.
fn label(home: &Home) -> String {
    format!("fetchcatch-{}-{}", home.id(), install::VERSION)
}

fn remembered_port(home: &Home) -> Option<u16> {
    std::fs::read_to_string(home.path("ministack.port")).ok()?.trim().parse().ok()
}
