//! What happens when things race, break, or stop halfway.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that can't go on should say where")]

mod adoption;
mod applying;
mod cancelled_begin;
mod connections;
mod delivery;
mod disconnects;
mod evaluating;
mod leases;
mod mode_flips;
mod races;
mod reconciling;
mod restoring;
mod run_months;
mod sinks;
mod sweeping;
