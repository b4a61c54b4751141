//! The subcommands of `cargo dev`, a file each.

pub mod test;
