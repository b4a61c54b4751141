mod export_resources;
mod get_content;
mod get_drift;
mod list_history;
mod list_publishes;
mod put_content;
mod record_pull;
