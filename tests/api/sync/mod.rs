mod apply_sync;
mod plan_sync;
