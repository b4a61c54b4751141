mod apply_sync;
mod plan_sync;
mod publish_sync;
mod random_states;
