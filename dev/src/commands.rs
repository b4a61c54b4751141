//! The subcommands of `cargo dev`, a file each.

pub mod bench;
pub mod check;
mod demo;
pub mod generate;
pub mod test;
pub mod up;
