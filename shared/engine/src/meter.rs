//! How much of a graph is looked at before anything of it runs: counted and never timed, so that a graph is always judged alike.
//!
//! Each expression, loop and table has caps of its own; many of them, each below its cap, are kept in bounds here. The count is the
//! thread's: whatever combines bounds of values would otherwise have to hand it through.

use std::cell::Cell;

/// Visits in one look at a graph: tokens that the parser comes by, nodes of expressions that are reckoned, members of objects that are
/// compared. Some two seconds; the largest graphs that people draw take a tenth.
pub(crate) const MAX_VISITS: u64 = 10_000_000;

thread_local! {
    static LEFT: Cell<u64> = const { Cell::new(u64::MAX) };
}

/// Does the work with so many visits, and tells how many it took. Work within work counts for itself.
pub(crate) fn metered<T>(visits: u64, work: impl FnOnce() -> T) -> (T, u64) {
    let before = LEFT.replace(visits);
    let done = work();
    let left = LEFT.replace(before);
    (done, visits - left)
}

/// Whether these visits are still to be had. Once they aren't, nothing more is.
pub(crate) fn spend(visits: u64) -> bool {
    let left = LEFT.get().saturating_sub(visits);
    LEFT.set(left);
    left > 0
}

pub(crate) fn exhausted() -> bool {
    LEFT.get() == 0
}
