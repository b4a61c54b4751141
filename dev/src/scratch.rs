//! Homes that last as long as one run: tests and measurements leave nothing behind, however they end.

use std::ops::Deref;

use anyhow::Result;

use crate::{home::Home, process::Identity, settings::Settings};

/// A home named after this process, under Cargo's build folder. Dropping it, which a panic does too, removes every trace.
#[derive(Debug)]
pub struct Scratch(Option<Home>);

impl Scratch {
    /// Make one, and clear away what runs of the same prefix left behind that were killed.
    ///
    /// # Errors
    /// When the folder can't be made.
    pub fn open(settings: &Settings, prefix: &str) -> Result<Self> {
        clear_dead_runs(settings, prefix);
        let home = settings.target.join(format!("{prefix}{}", std::process::id()));
        Ok(Self(Some(Home::open(&Settings { home, ..settings.clone() })?)))
    }
}

impl Deref for Scratch {
    type Target = Home;

    #[expect(clippy::expect_used, reason = "only drop takes it")]
    fn deref(&self) -> &Home {
        self.0.as_ref().expect("a scratch home that was not dropped")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Some(Err(error)) = self.0.take().map(Home::remove) {
            tracing::warn!("{error:#}");
        }
    }
}

fn clear_dead_runs(settings: &Settings, prefix: &str) {
    for entry in std::fs::read_dir(&settings.target).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(pid) = name.to_str().and_then(|name| name.strip_prefix(prefix)?.parse().ok()) else { continue };
        // A run that has just begun may not hold its lock yet, but it is there.
        if Identity::of(pid).is_none() {
            let cleared = Home::open(&Settings { home: entry.path(), ..settings.clone() }).and_then(Home::remove);
            // Another run may be clearing it at the same time; what matters is that ours can go on.
            if let Err(error) = cleared {
                tracing::warn!("can't clear what an earlier run left behind: {error:#}");
            }
        }
    }
}
