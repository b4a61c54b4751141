//! What `fcc` stands on: export, plan, apply, bulk publish, drift, history.

pub mod apply_sync;
mod applying;
mod asking;
mod deciding;
pub mod plan_sync;
mod planning;
