//! A machine with a home and a search path of its own, and clones of a git repository on it.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use serde_json::Value;
use tests::{Api, fresh};
use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, Command};

use crate::shown::Shown;

/// Nothing of the machine that the tests run on is seen: neither its environment nor its git's settings.
pub struct Machine {
    root: PathBuf,
    origin: String,
    token: String,
    path: String,
}

impl Machine {
    pub fn new(api: &Api) -> Machine {
        let root = std::env::temp_dir().join(format!("fcc-{}", fresh().simple()));
        let bin = root.join("bin");
        fs::create_dir_all(&bin).unwrap();
        fs::create_dir_all(root.join("home")).unwrap();
        symlink(env!("CARGO_BIN_EXE_fcc_under_test"), bin.join("fcc")).unwrap();
        #[expect(clippy::disallowed_methods, reason = "git has to be found")]
        let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
        Machine { root, origin: api.origin.clone(), token: api.ci.clone(), path }
    }

    /// A repository without a commit, and a checkout of the workspace in it.
    pub async fn repository(&self) -> Clone<'_> {
        let clone = self.folder("work");
        clone.git("init -q -b main").await;
        clone.fcc("init").await.is(0);
        clone
    }

    /// A checkout of all that the workspace has, committed.
    pub async fn checkout(&self) -> Clone<'_> {
        let clone = self.repository().await;
        clone.fcc("pull").await.is(0);
        clone.commit("What the workspace has").await;
        clone
    }

    pub fn folder(&self, name: &str) -> Clone<'_> {
        let folder = self.root.join(name);
        fs::create_dir_all(&folder).unwrap();
        Clone { machine: self, folder, token: self.token.clone(), variables: Vec::new() }
    }

    /// As CI checks it out: all of it, at the tip of this branch, without a branch.
    pub async fn fresh_clone<'a>(&'a self, of: &Clone<'_>, name: &str) -> Clone<'a> {
        let source = of.folder.display().to_string();
        self.folder(".").git(&format!("clone -q {source} {name}")).await;
        let clone = self.folder(name);
        clone.git("checkout -q --detach").await;
        clone
    }

    /// A program that `fcc` finds.
    pub fn install(&self, name: &str, script: &str) {
        let path = self.root.join("bin").join(name);
        fs::write(&path, script).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Where its programs are, `fcc` first.
    pub fn path(&self) -> &str {
        &self.path
    }

    pub fn home(&self) -> PathBuf {
        self.root.join("home")
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        // What can't be removed goes with the tests' own folder.
        let _ = fs::remove_dir_all(&self.root);
    }
}

/// A folder in which commands are run.
pub struct Clone<'a> {
    machine: &'a Machine,
    folder: PathBuf,
    token: String,
    variables: Vec<(String, String)>,
}

impl Clone<'_> {
    pub fn with_token(mut self, token: &str) -> Self {
        self.token = token.to_owned();
        self
    }

    pub fn with_variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Arguments are split at spaces.
    pub async fn fcc(&self, arguments: &str) -> Shown {
        self.fcc_with(arguments, "").await
    }

    /// With this on stdin.
    pub async fn fcc_with(&self, arguments: &str, input: &str) -> Shown {
        self.shown(self.run("fcc", arguments, input).await).await
    }

    /// What came out, without what differs from run to run.
    pub async fn shown(&self, output: Output) -> Shown {
        let commits = self.run("git", "log --all --format=%H", "").await;
        let commits = String::from_utf8(commits.stdout).unwrap().lines().map(str::to_owned).collect();
        Shown::new(output, &[(&self.machine.origin, "[URL]"), (&self.machine.root.display().to_string(), "[ROOT]")], commits)
    }

    pub async fn git(&self, arguments: &str) -> String {
        let output = self.run("git", arguments, "").await;
        assert!(output.status.success(), "git {arguments}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Commits everything; answers the commit.
    pub async fn commit(&self, message: &str) -> String {
        self.git("add -A").await;
        self.git(&format!("commit -q --allow-empty -m {}", message.replace(' ', "_"))).await;
        self.git("rev-parse HEAD").await
    }

    pub fn path(&self, file: &str) -> PathBuf {
        self.folder.join(file)
    }

    pub fn text(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap()
    }

    pub fn read(&self, file: &str) -> Value {
        serde_json::from_str(&self.text(file)).unwrap()
    }

    pub fn write(&self, file: &str, document: &Value) {
        self.write_text(file, &(serde_json::to_string_pretty(document).unwrap() + "\n"));
    }

    pub fn write_text(&self, file: &str, text: &str) {
        fs::create_dir_all(self.path(file).parent().unwrap_or(Path::new("/"))).unwrap();
        fs::write(self.path(file), text).unwrap();
    }

    pub fn has(&self, file: &str) -> bool {
        self.path(file).exists()
    }

    pub async fn run(&self, program: &str, arguments: &str, input: &str) -> Output {
        let mut child = self.start(program, arguments);
        let mut stdin = child.stdin.take().unwrap();
        // A program that reads nothing may have ended already.
        let _ = stdin.write_all(input.as_bytes()).await;
        drop(stdin);
        child.wait_with_output().await.unwrap()
    }

    pub fn start(&self, program: &str, arguments: &str) -> Child {
        let mut command = Command::new(program);
        command.args(arguments.split_whitespace()).current_dir(&self.folder).env_clear();
        command.env("PATH", &self.machine.path).env("HOME", self.machine.home());
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "Kim").env(format!("GIT_{who}_EMAIL"), "kim@acme.example");
        }
        command.env("FETCHCATCH_TOKEN", &self.token).env("FETCHCATCH_URL", &self.machine.origin);
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true).spawn().unwrap()
    }
}
