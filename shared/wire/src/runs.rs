//! Runs: what was evaluated, and what came out.
