//! A Postgres data folder: where it is, how it is made.

use std::{
    fs,
    os::unix::fs::chown,
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Context, Result};
use rand::{TryRng as _, rngs::SysRng};
use serde::{Deserialize, Serialize};
use tokio::{io::AsyncWriteExt as _, process::Command};

use super::binaries::Binaries;
use crate::{
    account::{Account, own_uid, passable_folder},
    children,
    home::{Home, short_hash, write_private},
    process::{Identity, Signal},
    tools,
};

/// The file in the home that remembers all this.
const STATE: &str = "postgres.json";

#[derive(Debug, Serialize, Deserialize)]
struct State {
    data: PathBuf,
    password: String,
    port: Option<u16>,
}

/// The data folder of one home.
#[derive(Debug)]
pub struct Cluster<'a> {
    home: &'a Home,
    account: Option<Account>,
    state: State,
}

impl<'a> Cluster<'a> {
    /// What this home remembers; a new home gets a place and a password.
    ///
    /// # Errors
    /// When the home can't be read or written.
    pub async fn open(home: &'a Home, account: Option<Account>) -> Result<Self> {
        let file = home.path(STATE);
        if let Ok(text) = fs::read(&file) {
            let state =
                serde_json::from_slice(&text).with_context(|| format!("{} is damaged: remove {}", file.display(), home.dir().display()))?;
            return Ok(Self { home, account, state });
        }
        // Nobody but its owner passes through a home, so the data of a server that runs as another user lives elsewhere.
        let folder = if account.is_some() { passable_folder(home.dir())? } else { home.path("postgres") };
        fs::create_dir_all(&folder)?;
        let data = folder.join("data");
        forget_removed_home(home, &data).await?;
        let cluster = Self { home, account, state: State { data, password: new_password()?, port: None } };
        cluster.save()?;
        Ok(cluster)
    }

    /// The folder.
    #[must_use]
    pub fn data(&self) -> &Path {
        &self.state.data
    }

    /// The port that it was last served on.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        self.state.port
    }

    /// The address of its superuser.
    #[must_use]
    pub fn admin_url(&self, port: u16) -> String {
        format!("postgres://postgres:{}@127.0.0.1:{port}/postgres", self.state.password)
    }

    /// Remember the port, so that addresses survive a restart.
    ///
    /// # Errors
    /// When the home can't be written.
    pub fn set_port(&mut self, port: Option<u16>) -> Result<()> {
        self.state.port = port;
        self.save()
    }

    /// The version that made the data; `None` before there is any.
    #[must_use]
    pub fn major(&self) -> Option<u32> {
        fs::read_to_string(self.data().join("PG_VERSION")).ok()?.trim().parse().ok()
    }

    /// Make the data folder if it isn't there. One that was interrupted halfway is made anew.
    ///
    /// # Errors
    /// When `initdb` or the copy of an earlier one fails.
    pub async fn initialise(&self, binaries: &Binaries, durable: bool) -> Result<()> {
        if self.data().exists() {
            return Ok(());
        }
        let new = self.data().with_extension("new");
        tools::remove_folder(&new)?;
        self.make(binaries, &new).await?;
        self.set_password(binaries, &new).await?;
        if durable {
            self.run(binaries, "initdb", &["--sync-only".as_ref(), "-D".as_ref(), new.as_os_str()]).await?;
        }
        fs::rename(&new, self.data())?;
        Ok(())
    }

    /// `initdb` takes most of a first start, so its result is kept and copied, with a password that nobody knows.
    async fn make(&self, binaries: &Binaries, new: &Path) -> Result<()> {
        let tools_dir = self.home.settings().tools();
        let _lock = tools::lock(&tools_dir).await?;
        // Modes, owner and paths in it are those of one user and one installation.
        let template = tools_dir.join(format!("postgres-{}-{}-{}", binaries.version, short_hash(&binaries.bin), own_uid()));
        if template.exists() && tools::copy_folder(&template, new).await.is_ok() {
            return Ok(());
        }
        tools::remove_folder(new)?;
        self.initdb(binaries, new).await?;
        let unfinished = template.with_extension("new");
        tools::remove_folder(&unfinished)?;
        tools::copy_folder(new, &unfinished).await?;
        tools::remove_folder(&template)?;
        fs::rename(&unfinished, &template)?;
        Ok(())
    }

    async fn initdb(&self, binaries: &Binaries, new: &Path) -> Result<()> {
        let password = new.with_extension("password");
        write_private(&password, new_password()?.as_bytes())?;
        fs::create_dir(new)?;
        if let Some(account) = self.account {
            chown(&password, Some(account.uid), Some(account.gid))?;
            chown(new, Some(account.uid), Some(account.gid))?;
        }
        let made = match self.initdb_with(binaries, new, &password, "C.UTF-8").await {
            // Not every system has the locale; `initdb` has emptied the folder again.
            Err(_) => self.initdb_with(binaries, new, &password, "C").await,
            made => made,
        };
        fs::remove_file(&password)?;
        made
    }

    async fn initdb_with(&self, binaries: &Binaries, new: &Path, password: &Path, locale: &str) -> Result<()> {
        let mut pwfile = std::ffi::OsString::from("--pwfile=");
        pwfile.push(password);
        let locale = format!("--locale={locale}");
        let fixed = ["--no-sync", "--username=postgres", "--auth=scram-sha-256", "--encoding=UTF8", &locale, "-D"];
        let mut args: Vec<&std::ffi::OsStr> = fixed.iter().map(std::ffi::OsStr::new).collect();
        args.extend([new.as_os_str(), &pwfile]);
        self.run(binaries, "initdb", &args).await
    }

    /// Give the superuser this home's own password, before any server listens.
    async fn set_password(&self, binaries: &Binaries, data: &Path) -> Result<()> {
        let mut command = self.command(binaries, "postgres");
        command.arg("--single").arg("-D").arg(data).arg("postgres").stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut server = command.kill_on_drop(true).spawn()?;
        let mut input = server.stdin.take().context("a single-user server without its input")?;
        input.write_all(format!("ALTER ROLE postgres PASSWORD '{}'\n", self.state.password).as_bytes()).await?;
        drop(input);
        let output = server.wait_with_output().await?;
        let errors = String::from_utf8_lossy(&output.stderr);
        anyhow::ensure!(output.status.success() && !errors.contains("ERROR:"), "can't set the password of the new database: {errors}");
        Ok(())
    }

    async fn run(&self, binaries: &Binaries, program: &str, args: &[&std::ffi::OsStr]) -> Result<()> {
        let mut command = self.command(binaries, program);
        command.args(args);
        tools::run(command).await.map(drop)
    }

    fn command(&self, binaries: &Binaries, program: &str) -> Command {
        let mut command = Command::new(binaries.bin.join(program));
        command.env_clear().env("LC_ALL", "C").env("TZ", "UTC").env("PATH", &self.home.settings().path).current_dir("/");
        if let Some(account) = self.account {
            account.apply(command.as_std_mut());
        }
        command
    }

    fn save(&self) -> Result<()> {
        self.home.write_private(STATE, &serde_json::to_vec(&self.state)?)
    }
}

/// Whoever removes a home wants to begin anew: data kept elsewhere goes too, and the server that may still run on it.
async fn forget_removed_home(home: &Home, data: &Path) -> Result<()> {
    if let Some(identity) = running_server(data) {
        children::take_over(home, "postgres", identity, Signal::Interrupt).stop().await?;
    }
    tools::remove_folder(data)
}

/// The server on a data folder, as its own pid file names it, if that process really runs on it.
fn running_server(data: &Path) -> Option<Identity> {
    let pid_file = fs::read_to_string(data.join("postmaster.pid")).ok()?;
    let identity = Identity::of(pid_file.lines().next()?.trim().parse().ok()?)?;
    let arguments = identity.arguments()?;
    arguments.contains(&format!(" -D {} -p ", data.display())).then_some(identity)
}

fn new_password() -> Result<String> {
    let mut bytes = [0; 16];
    SysRng.try_fill_bytes(&mut bytes).context("the system gives no random bytes")?;
    Ok(hex::encode(bytes))
}
