//! What the schema itself holds, whoever asks and whatever code forgets.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that can't go on should say where")]

mod backfill;
mod catalogue;
mod cost;
mod doors;
mod drift;
mod evaluating;
mod history;
mod isolation;
mod migrations;
mod pages;
mod proxy;
mod runs;
