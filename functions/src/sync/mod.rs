//! What `fcc` stands on: export, plan, apply, bulk publish, drift, history.

pub mod apply_sync;
mod applying;
mod asking;
mod deciding;
pub mod plan_sync;
mod planning;
pub mod publish_sync;
mod publishing;

/// The first few of them.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 5;
    match names.len().saturating_sub(SHOWN) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names[..SHOWN].join(", ")),
    }
}
