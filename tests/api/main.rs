//! The contract: a file an operation, and one a convention that many operations share.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that can't go on should say where")]

mod access;
mod agents;
mod auth;
mod connectors;
mod conventions;
mod flows;
mod open;
mod replica;
mod runs;
mod stories;
mod sync;
mod workspaces;
