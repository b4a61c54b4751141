//! A Node server with zen-engine from npm, for comparison: it evaluates, and keeps nothing.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use tokio::process::Command;

use super::client::Connection;
use crate::children::{self, Child, Inherit, Output, Spec};
use crate::home::Home;
use crate::process::Signal;
use crate::settings::Settings;
use crate::{ports, tools};

const PACKAGE: &str = "@gorules/zen-engine";
const VERSION: &str = "0.54.0";
const START: Duration = Duration::from_secs(20);

/// Dropping it ends it.
pub struct NodeServer {
    pub address: SocketAddr,
    _child: Child,
}

impl NodeServer {
    /// Serves this graph.
    pub async fn start(home: &Home, graph: &Value) -> Result<NodeServer> {
        let dir = installed(home.settings()).await?;
        fs::write(dir.join("server.mjs"), include_str!("zen_server.mjs"))?;
        let (file, log) = (home.path("graph.json"), home.path("node.log"));
        fs::write(&file, graph.to_string())?;
        let port = ports::pick(None)?;
        let mut child = children::spawn(
            home,
            Spec {
                name: "node",
                program: "node".into(),
                args: vec!["server.mjs".into(), file.into(), port.to_string().into()],
                inherit: Inherit::Nothing,
                env: vec![("PATH".into(), home.settings().path.clone()), ("NODE_ENV".into(), "production".into())],
                dir: &dir,
                account: None,
                port: Some(port),
                stop: Signal::Terminate,
                output: Output::Log(log.clone()),
            },
        )?;
        let address = (Ipv4Addr::LOCALHOST, port).into();
        let deadline = Instant::now() + START;
        while Connection::open(address, "").await.is_err() {
            if !child.is_running() || Instant::now() > deadline {
                bail!("the Node server doesn't answer: {}", fs::read_to_string(&log).unwrap_or_default());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(NodeServer { address, _child: child })
    }
}

/// The folder with the package, installed on first use.
async fn installed(settings: &Settings) -> Result<PathBuf> {
    let tools_dir = settings.tools();
    let _lock = tools::lock(&tools_dir).await?;
    let dir = tools_dir.join(format!("zen-engine-{VERSION}"));
    if !dir.exists() {
        let new = dir.with_extension("new");
        tools::remove_folder(&new)?;
        fs::create_dir(&new)?;
        let mut npm = Command::new("npm");
        npm.env("PATH", &settings.path).args(["install", "--no-save", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund"]);
        npm.arg("--prefix").arg(&new).arg(format!("{PACKAGE}@{VERSION}")).current_dir(&new);
        tools::run(npm).await.with_context(|| format!("can't install {PACKAGE} {VERSION} from npm, which we are compared with"))?;
        fs::rename(&new, &dir)?;
    }
    Ok(dir)
}
