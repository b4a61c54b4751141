//! `fcc` as whoever types it sees it: a process of its own, against the API, in a git repository of its own.
//!
//! A snapshot is the exit code, stdout and stderr, with what differs from run to run in brackets.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that can't go on should say where")]

mod apply;
mod cut;
mod diff;
mod drift;
mod errors;
mod evaluate;
mod help;
mod history;
mod hostile;
mod init;
mod json;
mod login;
mod machine;
mod mcp;
mod merge_driver;
mod plan;
mod publish;
mod pull;
mod resolve;
mod setup;
mod shown;
mod status;
mod story;
mod terminal;
mod versions;
mod workspaces;

pub use machine::{Clone, Machine};
