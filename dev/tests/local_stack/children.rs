//! Children are written down, found again after a and ended by whoever owns them, and nobody else.

use std::{ffi::OsString, fs, path::Path, process::Command};

use crate::support::{TestHome, parent, wait_for, wait_to_be_killed, wait_until_gone};
use dev::{
    children::{self, Child, Inherit, Output, Record, Spec},
    home::Home,
    process::{Identity, Signal},
    settings::Settings,
};

fn spawn(home: &Home, name: &str, script: &str) -> anyhow::Result<Child> {
    let spec = Spec {
        name,
        program: "sh".into(),
        args: ["-c", script].map(OsString::from).into(),
        inherit: Inherit::AllBut(Vec::new()),
        env: Vec::new(),
        dir: Path::new("/"),
        account: None,
        port: None,
        stop: Signal::Terminate,
        output: Output::Log(home.path("log")),
    };
    children::spawn(home, spec)
}

fn record(file: &Path) -> Option<Record> {
    serde_json::from_slice(&fs::read(file).ok()?).ok()
}

#[tokio::test]
#[ignore = "run as a process of its own by the test below"]
async fn a_parent() {
    let home = Home::open(&Settings::from_env().unwrap()).unwrap();
    let _child = spawn(&home, "sleeper", "exec sleep 1000").unwrap();
    wait_to_be_killed().await;
}

#[tokio::test]
async fn a_child_of_a_killed_parent_is_found_again_and_ended() {
    let place = TestHome::new();
    let parent = parent("children::a_parent", &place);
    let written = wait_for("the record", || record(&place.path("children/sleeper.json")));
    parent.kill();
    assert!(written.identity.is_running(), "it outlives its parent");

    let home = place.open();
    let found = children::recorded(&home, "sleeper").unwrap().unwrap();
    assert_eq!(found.record(), &written);
    found.stop().await.unwrap();
    assert!(!written.identity.is_running());
    assert!(children::recorded(&home, "sleeper").unwrap().is_none());
}

#[tokio::test]
async fn a_process_that_has_got_a_recorded_number_is_left_alone() {
    let place = TestHome::new();
    let home = place.open();
    let mut stranger = Command::new("sleep").arg("1000").spawn().unwrap();
    let identity = Identity::of(stranger.id()).unwrap();
    let stale = Record {
        name: "sleeper".to_owned(),
        identity: Identity { started: "long ago".to_owned(), ..identity.clone() },
        port: None,
        stop: Signal::Kill,
    };
    fs::create_dir(home.path("children")).unwrap();
    fs::write(home.path("children/sleeper.json"), serde_json::to_vec(&stale).unwrap()).unwrap();

    assert!(children::recorded(&home, "sleeper").unwrap().is_none());
    assert!(identity.is_running());
    stranger.kill().unwrap();
    stranger.wait().unwrap();
}

#[tokio::test]
async fn a_child_that_can_not_be_written_down_never_begins() {
    let place = TestHome::new();
    let home = place.open();
    fs::create_dir_all(home.path("children/toucher.json")).unwrap();
    let touched = home.path("touched");
    spawn(&home, "toucher", &format!("touch '{}'", touched.display())).unwrap_err();
    assert!(!touched.exists());
    fs::remove_dir(home.path("children/toucher.json")).unwrap();
}

#[tokio::test]
async fn what_a_child_has_started_ends_with_it() {
    let place = TestHome::new();
    let home = place.open();
    let grandchild = home.path("grandchild");
    let child = spawn(&home, "shell", &format!("sleep 1000 & echo $! >'{}'; wait", grandchild.display())).unwrap();
    let pid = wait_for("its pid", || fs::read_to_string(&grandchild).ok()?.trim().parse().ok());
    let grandchild = Identity::of(pid).unwrap();
    child.stop().await.unwrap();
    wait_until_gone(&grandchild);
}

#[tokio::test]
async fn ctrl_c_at_a_terminal_does_not_reach_children() {
    let place = TestHome::new();
    let home = place.open();
    let child = spawn(&home, "sleeper", "exec sleep 1000").unwrap();
    let identity = child.record().identity.clone();
    let output = Command::new("ps").args(["-o", "pgid=", "-p", &identity.pid.to_string()]).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap().trim(), identity.pid.to_string());
    drop(child);
    assert!(!identity.is_running(), "a dropped child has ended");
}

#[tokio::test]
async fn a_child_that_does_not_listen_is_ended_by_the_kernel() {
    let place = TestHome::new();
    let home = place.open();
    let deaf = spawn(&home, "deaf", "trap '' TERM; touch ready; while :; do sleep 1; done").unwrap();
    let identity = deaf.record().identity.clone();
    deaf.with_patience(std::time::Duration::from_millis(100)).stop().await.unwrap();
    assert!(!identity.is_running());
}
