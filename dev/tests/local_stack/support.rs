//! Folders that go away with their test, parents that can be killed, and waiting for a condition.

use std::{
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use dev::{home::Home, process::Identity, settings::Settings};

/// A home's place, and the settings for it; all that it holds is ended and removed at the end of the test.
pub struct TestHome {
    pub settings: Settings,
}

impl TestHome {
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("fetchcatch-dev-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let home = std::env::temp_dir().join(name);
        Self { settings: Settings { home, admin_database_url: None, ..Settings::from_env().unwrap() } }
    }

    pub fn open(&self) -> Home {
        Home::open(&self.settings).unwrap()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.settings.home.join(name)
    }
}

impl Drop for TestHome {
    fn drop(&mut self) {
        if self.settings.home.exists() {
            let removed = Home::open(&self.settings).and_then(Home::remove);
            assert!(removed.is_ok() || std::thread::panicking(), "{removed:?}");
        }
    }
}

/// Killed when dropped, as a parent of the local stack may be at any time.
pub struct Killed(Child);

impl Killed {
    /// Kill it now.
    pub fn kill(self) {}
}

impl Drop for Killed {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

/// Another process that runs one ignored test of this program on a home, to be killed.
pub fn parent(test: &str, home: &TestHome) -> Killed {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--ignored", "--nocapture"]).env("FETCHCATCH_HOME", &home.settings.home);
    command.env_remove("FETCHCATCH_ADMIN_DATABASE_URL").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    Killed(command.spawn().unwrap())
}

/// What a `parent` does last: wait to be killed.
pub async fn wait_to_be_killed() -> ! {
    std::future::pending().await
}

/// Look until it is there.
pub fn wait_for<T>(what: &str, look: impl FnMut() -> Option<T>) -> T {
    wait_up_to(Duration::from_secs(60), what, look)
}

pub fn wait_up_to<T>(limit: Duration, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "waited {limit:?} for {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

pub fn wait_until_gone(process: &Identity) {
    wait_for("a process to end", || (!process.is_running()).then_some(()));
}
