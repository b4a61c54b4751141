mod get_replica_status;
mod list_outbox;
mod redrive_outbox;
