//! What runs without a request: started by a queue, a schedule or a deployment.

pub mod aws_sink;
pub mod dispatch_outbox;
pub mod migrate;
pub mod reconcile_replica;
pub mod renew_verdicts;
pub mod roll_up_runs;
mod strays;
pub mod sweep;
mod timed;
