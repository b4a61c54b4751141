//! What is deployed: the template as CloudFormation sees it, what linters say of it, and what the jobs tell the alarms.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that can't go on should say where")]

mod cdk;
mod console;
mod expansion;
mod guide;
mod lint;
mod metrics;
mod migrating;
mod parameters;
mod queues;
mod rights;
mod rotating;
mod stack;
mod stories;
mod template;
mod tracing;
mod upgrading;

use std::path::{Path, PathBuf};

use dev::settings::Settings;

/// The project's folder.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn template_path() -> PathBuf {
    root().join(dev::generate::template::PATH)
}

#[track_caller]
fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn settings() -> Settings {
    Settings::from_env().unwrap()
}
