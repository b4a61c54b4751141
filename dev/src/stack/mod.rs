//! What the local stack and the tests stand on, above the processes: a database with its roles, queues and a table, demo tenants, the console.

pub mod cloud;
pub mod console;
pub mod database;
pub mod dev_env;
pub mod examples;
pub mod tenants;
