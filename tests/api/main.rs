//! The contract: a file an operation, and one a convention that many operations share.

mod access;
mod auth;
mod connectors;
mod conventions;
mod open;
mod replica;
