//! The contract, a file an operation.

mod connectors;
