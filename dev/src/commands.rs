//! The subcommands of `cargo dev`, a file each.

pub mod bench;
pub mod build;
pub mod check;
mod demo;
pub mod deploy;
pub mod deploy_local;
pub mod generate;
pub mod publish_console;
pub mod sam;
pub mod test;
pub mod up;
