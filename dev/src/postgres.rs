//! A real Postgres as a child process.

mod binaries;
mod cluster;

use std::{ffi::OsString, path::Path, time::Duration};

use anyhow::{Context, Result, bail};
use sqlx::{Connection as _, PgConnection};
use tokio::time::Instant;

use self::{binaries::Binaries, cluster::Cluster};
use crate::{
    account::Account,
    children::{self, Child, Inherit, Output, Spec},
    home::Home,
    ports,
    process::Signal,
};

/// How long a server may take until it answers: a killed one replays its log first.
const START: Duration = Duration::from_secs(60);
const NAME: &str = "postgres";

/// How the server treats data.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Whether a commit survives a power cut. Only tests, which throw their data away, do without.
    pub durable: bool,
}

/// A server that answers. Dropping it stops it, unless it was running before and isn't ours.
#[derive(Debug)]
pub struct Postgres {
    /// The address of a role that may create databases and roles. It contains the password.
    pub admin_url: String,
    child: Option<Child>,
}

impl Postgres {
    /// Use the server that the settings name, or the one that an earlier run of this home left behind, or start one.
    ///
    /// # Errors
    /// When there is no server to run, or it doesn't start; the message says what to install, or what it printed.
    pub async fn start(home: &Home, options: Options) -> Result<Self> {
        let left = children::recorded(home, NAME)?;
        if let Some(url) = &home.settings().admin_database_url {
            if let Some(child) = left {
                child.stop().await?;
            }
            wait_ready(url, Duration::from_secs(10)).await.context("the server that FETCHCATCH_ADMIN_DATABASE_URL names is of no use")?;
            return Ok(Self { admin_url: url.clone(), child: None });
        }
        let account = Account::unprivileged()?;
        let mut cluster = Cluster::open(home, account).await?;
        if let Some(child) = left {
            match adopt(&cluster, child, options).await? {
                Ok(adopted) => return Ok(adopted),
                Err(useless) => useless.stop().await?,
            }
        }
        let binaries = binaries::find(home.settings(), account, cluster.major()).await?;
        cluster.initialise(&binaries, options.durable).await?;
        let deadline = Instant::now() + START;
        loop {
            let port = ports::pick(cluster.port())?;
            cluster.set_port(Some(port))?;
            match serve(home, &cluster, &binaries, account, port, options).await? {
                Ok(started) => return Ok(started),
                Err(reason) if Instant::now() >= deadline => bail!("Postgres can't start: {reason}"),
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
    }

    /// The server's process, if it is ours.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(|child| child.record().identity.pid)
    }

    /// Wait until our server ends without having been asked to; for ever if it isn't ours.
    pub async fn ended(&mut self) {
        match &mut self.child {
            Some(child) => drop(child.wait().await),
            None => std::future::pending().await,
        }
    }

    /// Shut our server down: sessions end, and its data is on disk.
    ///
    /// # Errors
    /// When it doesn't end.
    pub async fn stop(self) -> Result<()> {
        match self.child {
            Some(child) => child.stop().await,
            None => Ok(()),
        }
    }
}

/// Wait until a server answers queries.
///
/// # Errors
/// When it doesn't within this time, or refuses us for a reason that time won't mend. The message has no password.
pub async fn wait_ready(url: &str, within: Duration) -> Result<()> {
    let deadline = Instant::now() + within;
    loop {
        let attempt = tokio::time::timeout(Duration::from_secs(5), PgConnection::connect(url)).await;
        let error = match attempt {
            Ok(Ok(connection)) => return connection.close().await.context("Postgres answered and hung up"),
            Ok(Err(error)) => error,
            Err(_) => sqlx::Error::PoolTimedOut,
        };
        // cannot_connect_now: it starts up, recovers, or shuts down.
        let passes = error.as_database_error().is_none_or(|refusal| refusal.code().as_deref() == Some("57P03"));
        if !passes || Instant::now() >= deadline {
            return Err(error).context("can't connect to Postgres");
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// `Err` is the child back, when it isn't what we need.
async fn adopt(cluster: &Cluster<'_>, child: Child, options: Options) -> Result<std::result::Result<Postgres, Child>> {
    let Some(port) = child.record().port else { return Ok(Err(child)) };
    let admin_url = cluster.admin_url(port);
    let works = wait_ready(&admin_url, Duration::from_secs(10)).await.is_ok() && is_durable(&admin_url).await? == options.durable;
    Ok(if works { Ok(Postgres { admin_url, child: Some(child) }) } else { Err(child) })
}

async fn is_durable(url: &str) -> Result<bool> {
    let mut connection = PgConnection::connect(url).await?;
    let fsync: String = sqlx::query_scalar("SELECT current_setting('fsync')").fetch_one(&mut connection).await?;
    connection.close().await?;
    Ok(fsync == "on")
}

/// How Postgres says that its data is still in use.
const PREDECESSOR: [&str; 2] = ["lock file \"postmaster.pid\" already exists", "pre-existing shared memory block"];

/// `Err` is what may pass: somebody else took the port first, or processes of a killed server have not noticed yet that it is gone.
async fn serve(
    home: &Home,
    cluster: &Cluster<'_>,
    binaries: &Binaries,
    account: Option<Account>,
    port: u16,
    options: Options,
) -> Result<std::result::Result<Postgres, &'static str>> {
    let log = home.path("postgres.log");
    let mut child = children::spawn(
        home,
        Spec {
            name: NAME,
            program: binaries.bin.join("postgres").into(),
            args: arguments(cluster.data(), port, options),
            inherit: Inherit::Nothing,
            env: vec![("LC_ALL".into(), "C".into()), ("PATH".into(), home.settings().path.clone())],
            dir: Path::new("/"),
            account,
            port: Some(port),
            stop: Signal::Interrupt,
            output: Output::Log(log.clone()),
        },
    )?;
    let admin_url = cluster.admin_url(port);
    tokio::select! {
        ready = wait_ready(&admin_url, START) => ready.with_context(|| format!("Postgres doesn't answer; see {}", log.display()))?,
        _ = child.wait() => {
            return if ports::is_taken(port) {
                Ok(Err("another process takes every port that was free a moment ago"))
            } else if PREDECESSOR.iter().any(|sign| children::log_tail(&log).contains(sign)) {
                Ok(Err("processes of an earlier server still hold its data"))
            } else {
                children::ended_early("Postgres", &log)
            };
        }
    }
    Ok(Ok(Postgres { admin_url, child: Some(child) }))
}

fn arguments(data: &Path, port: u16, options: Options) -> Vec<OsString> {
    let mut args: Vec<OsString> = vec!["-D".into(), data.into(), "-p".into(), port.to_string().into()];
    let always = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=200", "shared_buffers=128MB", "timezone=UTC"];
    let careless: &[&str] = if options.durable { &[] } else { &["fsync=off", "synchronous_commit=off", "full_page_writes=off"] };
    for setting in always.iter().chain(careless) {
        args.extend(["-c".into(), setting.into()]);
    }
    args
}
