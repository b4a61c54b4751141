//! The subcommands of `cargo dev`, a file each.

mod demo;
pub mod test;
pub mod up;
