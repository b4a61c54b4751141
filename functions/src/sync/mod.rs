//! What `fcc` stands on: export, plan, apply, bulk publish, drift, history.
