//! What the replica holds, and the outbox that feeds it.

pub mod get_replica_status;
pub mod list_outbox;
pub mod redrive_outbox;
