//! The local stack and the generators: what `cargo dev` runs.

pub mod account;
pub mod aws_tools;
pub mod bench;
pub mod cdk;
pub mod children;
pub mod chromium;
pub mod commands;
pub mod explained;
pub mod generate;
pub mod home;
pub mod http;
pub mod ministack;
pub mod npm;
pub mod past;
pub mod ports;
pub mod postgres;
pub mod process;
pub mod python;
pub mod samconfig;
pub mod scratch;
pub mod settings;
pub mod shutdown;
pub mod stack;
pub mod summary;
pub mod tools;
pub mod wire;
