//! What holds for every operation of the table, and for the project as a whole. Nobody has to remember it for a new one.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that can't go on should say where")]

mod addresses;
mod bodies;
mod crates;
mod credentials;
mod events;
mod generated;
mod governance;
mod hygiene;
mod lambda;
mod names;
mod openapi;
mod runtime;
mod table;

use std::path::Path;

/// The project's folder.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// A file of the project.
#[track_caller]
fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}
