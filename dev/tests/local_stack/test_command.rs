//! `cargo dev test`, with a script in cargo's place.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use crate::support::{wait_for, wait_until_gone};
use dev::{
    process::{Identity, Signal},
    settings::Settings,
};

/// A folder with a script that stands for cargo; removed at the end.
struct Cargo(PathBuf);

impl Cargo {
    fn new(name: &str, script: &str) -> Self {
        let dir = std::env::temp_dir().join(format!("fetchcatch-cargo-{name}-{}", std::process::id()));
        fs::create_dir(&dir).unwrap();
        let cargo = Self(dir);
        fs::write(cargo.program(), format!("#!/bin/sh\ncd '{}'\n{script}\n", cargo.0.display())).unwrap();
        fs::set_permissions(cargo.program(), fs::Permissions::from_mode(0o755)).unwrap();
        cargo
    }

    fn program(&self) -> PathBuf {
        self.0.join("cargo")
    }

    fn start(&self, args: &[&str]) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dev"));
        command.arg("test").args(args).env("CARGO", self.program()).env_remove("FETCHCATCH_ADMIN_DATABASE_URL");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    fn read(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.0.join(name)).ok().filter(|text| text.ends_with('\n')).map(|text| text.trim().to_owned())
    }

    fn pid(&self, name: &str) -> Identity {
        let pid: u32 = wait_for(name, || self.read(name)).parse().unwrap();
        Identity::of(pid).unwrap()
    }
}

impl Drop for Cargo {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn stack(process: &Child) -> PathBuf {
    Settings::from_env().unwrap().target.join(format!("test-stack-{}", process.id()))
}

/// The servers of a run, as written down in its folder.
fn servers(stack: &Path) -> Vec<Identity> {
    let read = |name: &str| serde_json::from_slice(&fs::read(stack.join(format!("children/{name}.json"))).unwrap()).unwrap();
    vec![read("postgres"), read("ministack")]
}

#[test]
fn results_are_summed_up_and_the_exit_code_is_cargos() {
    let cargo = Cargo::new(
        "sums",
        "echo \"$@\" >args; env >env; echo 'test result: ok. 3 passed; 0 failed; 0 ignored'
         echo 'test result: FAILED. 1 passed; 2 failed; 0 ignored'; exit 101",
    );
    let process = cargo.start(&["--", "-p", "store", "--", "--nocapture"]);
    let stack = stack(&process);
    let output = process.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(101));
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().last(), Some("4 passed, 2 failed"));
    assert_eq!(cargo.read("args").unwrap(), "test --no-fail-fast --lib --tests -p store -- --nocapture");
    let env = cargo.read("env").unwrap();
    for name in [
        "FETCHCATCH_TEST_ADMIN_URL=postgres://postgres:",
        "AWS_ENDPOINT_URL=http://127.0.0.1:",
        "AWS_REGION=us-east-1",
        "AWS_ACCESS_KEY_ID=test",
    ] {
        assert!(env.lines().any(|line| line.starts_with(name)), "{name}");
    }
    assert!(!env.lines().any(|line| line.starts_with("CARGO_PKG_")), "a cargo below would rebuild what reads these");
    assert!(!stack.exists());
}

#[test]
fn a_run_that_is_told_to_stop_leaves_nothing_behind() {
    let cargo = Cargo::new("stopped", "sleep 1000 & echo $! >sleep; wait");
    for (signal, code) in [(Signal::Interrupt, 130), (Signal::Terminate, 143)] {
        let process = cargo.start(&["--only", "rust"]);
        let test = cargo.pid("sleep");
        let stack = stack(&process);
        let servers = servers(&stack);
        Identity::of(process.id()).unwrap().signal(signal).unwrap();
        assert_eq!(process.wait_with_output().unwrap().status.code(), Some(code));
        assert!(!stack.exists());
        assert!(servers.iter().all(|server| !server.is_running()));
        wait_until_gone(&test);
        fs::remove_file(cargo.0.join("sleep")).unwrap();
    }
}

#[test]
fn what_a_killed_run_leaves_behind_is_cleared_by_the_next() {
    let sleeping = Cargo::new("killed", "sleep 1000 & echo $! >sleep; wait");
    let mut killed = sleeping.start(&["--only", "rust"]);
    let test = sleeping.pid("sleep");
    let stack = stack(&killed);
    let servers = servers(&stack);
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert!(servers.iter().all(Identity::is_running));

    let passing = Cargo::new("next", "echo 'test result: ok. 1 passed; 0 failed; 0 ignored'");
    let output = passing.start(&["--only", "rust"]).wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().last(), Some("1 passed, 0 failed"));
    assert!(!stack.exists());
    assert!(servers.iter().all(|server| !server.is_running()));
    wait_until_gone(&test);
}

/// `cargo dev test --only PART` with a script in npm's place; what it builds goes with the folder.
fn console(name: &str, part: &str, npm: &str) -> (Option<i32>, String) {
    let dir = Cargo::new(name, "");
    fs::write(dir.0.join("npm"), format!("#!/bin/sh\n{npm}\n")).unwrap();
    fs::set_permissions(dir.0.join("npm"), fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", dir.0.display(), Settings::from_env().unwrap().path.display());
    let mut command = Command::new(env!("CARGO_BIN_EXE_dev"));
    command.args(["test", "--only", part, "--", "given"]).env("PATH", path).env("CARGO_TARGET_DIR", dir.0.join("target"));
    let output = command.env("CHROMIUM", "/bin/sh").stdin(Stdio::null()).output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn the_consoles_checks_are_tests_and_a_failed_one_does_not_hide_the_others() {
    let npm = "case \"$1 $2\" in 'run check') exit 1;; 'test --') echo \"passed on: $3\"; echo '      Tests  5 passed (5)';; esac";
    let (code, printed) = console("console", "console", npm);
    assert_eq!((code, printed.lines().last()), (Some(1), Some("7 passed, 1 failed")), "{printed}");
    assert!(printed.contains("passed on: given"), "{printed}");
}

#[test]
fn browser_tests_that_break_off_are_a_failure_although_none_of_them_failed() {
    let npm = "case $1 in test) echo \"chromium is $CHROMIUM\"; echo '  3 passed (2.1s)'; exit 1;; esac";
    let (code, printed) = console("browser", "browser", npm);
    assert_eq!((code, printed.lines().last()), (Some(1), Some("5 passed, 1 failed")), "{printed}");
    assert!(printed.contains("chromium is /bin/sh"), "{printed}");
}

#[test]
fn what_can_not_be_installed_is_a_failure_that_says_so() {
    let (code, printed) = console("missing", "browser", "echo 'no such registry' >&2; exit 1");
    assert_eq!((code, printed.lines().last()), (Some(1), Some("0 passed, 1 failed")), "{printed}");
    assert!(printed.contains("can't install what tests/browser needs") && printed.contains("no such registry"), "{printed}");
}

#[test]
fn a_usage_error_exits_with_1() {
    let output = Command::new(env!("CARGO_BIN_EXE_dev")).arg("tset").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
}
