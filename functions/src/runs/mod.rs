//! Evaluating flows, and the runs that are kept of it.

pub mod answers;
pub mod evaluate_flow;
pub mod evaluate_flow_draft;
mod evaluating;
pub mod get_run;
pub mod get_run_stats;
pub mod list_runs;
mod percentiles;
mod stats_steps;

pub use stats_steps::MINUTES_KEPT_HOURS;
